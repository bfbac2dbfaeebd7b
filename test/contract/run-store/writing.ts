import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { metric, type OpenedRunStore } from './opened-run-store.ts';

/** Journals of runs. */
export function testWriting(subject: OpenedRunStore): void {
  const { created, finished } = subject;
  describe('writing', () => {
    it('numbers events from one without gaps and shows them to other clients at once', async () => {
      const writer = subject.store.createRun(created());
      const first = writer.lastSeq;
      const event = writer.append(metric('loss', 0.5, 1));
      expect(event.seq).toBe(first + 1);
      const record = await subject.other.getRun(writer.uid);
      expect(record.metrics).toEqual({ loss: 0.5 });
      writer.close();
    });

    it('refuses a uid that exists', () => {
      const one = created();
      subject.store.createRun(one).close();
      expect(() => subject.store.createRun(one)).toThrow(expect.objectContaining({ code: 'RUN_EXISTS' }));
      expect(() => subject.other.createRun(one)).toThrow(expect.objectContaining({ code: 'RUN_EXISTS' }));
    });

    it('goes on with a run where another writer left it', async () => {
      const writer = subject.store.createRun(created());
      writer.append(metric('loss', 1));
      const seq = writer.lastSeq;
      writer.close();
      const next = subject.other.openRun(writer.uid);
      expect(next.lastSeq).toBeGreaterThanOrEqual(seq);
      next.append(metric('loss', 2));
      next.append({ kind: 'state', state: 'completed' });
      next.close();
      const seqs: number[] = [];
      for await (const event of subject.store.events(writer.uid)) seqs.push(event.seq);
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
      expect((await subject.store.getRun(writer.uid)).metrics).toEqual({ loss: 2 });
    });

    it('counts a run of a host whose clock is behind as running while it is heard of', async () => {
      onTestFinished(() => void vi.useRealTimers());
      const behind = <Answer>(write: () => Answer): Answer => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 10 * 60_000 });
        try {
          return write();
        } finally {
          vi.useRealTimers();
        }
      };
      const writer = behind(() => {
        const begun = subject.store.createRun(created());
        begun.append({ kind: 'owner', owner: { host: 'elsewhere', pid: 7 } });
        begun.append({ kind: 'state', state: 'running' });
        return begun;
      });
      expect((await subject.other.getRun(writer.uid)).state).toBe('running');
      behind(() => writer.append({ kind: 'heartbeat', cpu: 1, rss: 1 }));
      expect((await subject.other.searchRuns({})).runs[0]?.state).toBe('running');
      expect((await subject.other.getRun(writer.uid)).state).toBe('running');
      writer.close();
    });

    it('says that a run to be opened does not exist', () => {
      expect(() => subject.store.openRun('nosuchrun')).toThrow(
        expect.objectContaining({ code: 'RUN_NOT_FOUND' }),
      );
    });

    it('takes nothing more after close', () => {
      const writer = subject.store.createRun(created());
      writer.close();
      expect(() => writer.append(metric('loss', 1))).toThrow(expect.objectContaining({ code: 'RUN_CLOSED' }));
    });

    it('keeps NaN, infinities, null, false, zero, empty and awkwardly named values as they are', async () => {
      const params = { zero: 0, no: false, empty: '', none: null, list: [1, 'a'], ['__proto__']: 'x' };
      const uid = finished({ params }, [
        metric('nan', Number.NaN),
        metric('inf', Number.POSITIVE_INFINITY),
        { kind: 'result', key: 'zero', value: 0 },
        { kind: 'result', key: 'no', value: false },
      ]);
      const record = await subject.other.getRun(uid);
      expect(record.params).toEqual(params);
      expect(record.metrics).toEqual({ nan: 'NaN', inf: 'Infinity' });
      expect(record.results).toEqual({ zero: 0, no: false });
      const points = await subject.other.metricHistory(uid);
      expect(points.map(({ value }) => value)).toEqual(['NaN', 'Infinity']);
    });
  });
}
