import { describe, expect, it } from 'vitest';
import type { RunQuery } from '../../../src/tracking/store.ts';
import { metric, type OpenedRunStore } from './opened-run-store.ts';

/** How runs are found. */
export function testFinding(subject: OpenedRunStore): void {
  const { finished } = subject;
  describe('finding runs', () => {
    it('finds a run by uid, unique prefix, name and @last', async () => {
      const first = finished({ uid: 'aaaa1111aaaa', name: 'first' });
      const second = finished({ uid: 'aaaa2222bbbb', name: 'second' });
      expect((await subject.store.getRun(first)).uid).toBe(first);
      expect((await subject.store.getRun('aaaa1')).uid).toBe(first);
      expect((await subject.store.getRun('second')).uid).toBe(second);
      expect((await subject.store.getRun('@last')).uid).toBe(second);
    });

    it('names the nearest run when none fits, and refuses a prefix of several', async () => {
      finished({ uid: 'aaaa1111aaaa', name: 'training' });
      finished({ uid: 'aaaa2222bbbb' });
      await expect(subject.store.getRun('trainin')).rejects.toMatchObject({
        code: 'RUN_NOT_FOUND',
        hint: expect.stringContaining('"training"'),
      });
      await expect(subject.store.getRun('aaaa')).rejects.toMatchObject({ code: 'RUN_AMBIGUOUS' });
      await expect(subject.store.getRun('aaa')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      await expect(subject.store.getRun('../../etc')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });

    it('searches by metrics, params and labels with the latest value of each metric', async () => {
      const good = finished({ params: { depth: 4 }, labels: { team: 'a' } }, [
        metric('accuracy', 0.1, 1),
        metric('accuracy', 0.95, 2),
      ]);
      finished({ params: { depth: 8 }, labels: { team: 'b' } }, [metric('accuracy', 0.99)]);
      finished({ params: { depth: 4 } }, [metric('accuracy', 0.5, 2), metric('accuracy', 0.99, 1)]);
      const page = await subject.other.searchRuns({
        filter: "metrics.accuracy > 0.9 and params.depth in (4, 8) and labels.team = 'a'",
      });
      expect(page.runs.map(({ uid }) => uid)).toEqual([good]);
    });

    it('matches no absent field, also with != and under not', async () => {
      const has = finished({}, [metric('loss', 1)]);
      finished();
      for (const filter of ['metrics.loss != 2', 'not metrics.loss = 2', 'metrics.loss not in (2, 3)'])
        expect((await subject.store.searchRuns({ filter })).runs.map(({ uid }) => uid)).toEqual([has]);
    });

    it('leaves trials, steps and their sweeps out unless asked, and finds the children of a run', async () => {
      const sweep = finished({ runKind: 'sweep' });
      const trial = finished({ runKind: 'trial', parent: sweep, iteration: 1 });
      const pipeline = finished({ runKind: 'pipeline' });
      const step = finished({ runKind: 'step', parent: pipeline });
      const swept = finished({ runKind: 'sweep', parent: pipeline });
      const uids = async (query: RunQuery) =>
        (await subject.store.searchRuns(query)).runs.map(({ uid }) => uid).toSorted();
      expect(await uids({})).toEqual([sweep, pipeline].toSorted());
      expect(await uids({ all: true })).toHaveLength(5);
      expect(await uids({ parent: sweep })).toEqual([trial]);
      expect(await uids({ parent: pipeline })).toEqual([step, swept].toSorted());
      expect((await subject.store.getRun('@last')).uid).toBe(pipeline);
    });

    it('pages through everything once, in order, whatever is missing from some runs', async () => {
      const uids = Array.from({ length: 23 }, (_, i) =>
        finished({ name: `run-${i}` }, i % 3 === 0 ? [] : [metric('loss', i % 5 === 0 ? Number.NaN : i % 4)]),
      );
      for (const orderBy of [
        'metrics.loss desc',
        'metrics.loss',
        'name',
        'endedAt desc, metrics.loss',
        undefined,
      ]) {
        const query = { limit: 4, ...(orderBy ? { orderBy } : {}) };
        const seen: string[] = [];
        let token: string | undefined;
        do {
          const page = await subject.store.searchRuns({ ...query, ...(token ? { pageToken: token } : {}) });
          seen.push(...page.runs.map(({ uid }) => uid));
          token = page.nextPageToken;
        } while (token);
        const whole = await subject.store.searchRuns({ ...query, limit: 100 });
        expect(seen).toEqual(whole.runs.map(({ uid }) => uid));
        expect(new Set(seen)).toEqual(new Set(uids));
      }
    });

    it('refuses a page token of another query, and points at what is wrong in a filter', async () => {
      finished();
      finished();
      const { nextPageToken = '' } = await subject.store.searchRuns({ limit: 1 });
      await expect(
        subject.store.searchRuns({ limit: 1, orderBy: 'name', pageToken: nextPageToken }),
      ).rejects.toMatchObject({ code: 'INVALID_PAGE_TOKEN' });
      await expect(subject.store.searchRuns({ filter: 'metric.loss > 1' })).rejects.toMatchObject({
        code: 'INVALID_FILTER',
        hint: expect.stringContaining('"metrics.loss"'),
      });
    });
  });
}
