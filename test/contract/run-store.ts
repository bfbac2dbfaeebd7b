import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/core/digest.ts';
import { createUid } from '../../src/core/id.ts';
import type { CreatedEvent, EventBody } from '../../src/tracking/journal-event.ts';
import type { ArtifactRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';

/** One store that several clients can open; `open` gives a new client each time. */
export interface StoreUnderTest {
  open(): Promise<RunStore>;
  dispose(): Promise<void>;
}

const metric = (key: string, value: number, step?: number): EventBody => ({
  kind: 'metric',
  key,
  value,
  ...(step === undefined ? {} : { step }),
});

/** What every adapter of the run store must do. `create` makes an empty store for the project `demo`. */
export function describeRunStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`run store: ${name}`, () => {
    let subject: StoreUnderTest;
    let store: RunStore;
    let other: RunStore;

    beforeEach(async () => {
      subject = await create();
      store = await subject.open();
      other = await subject.open();
    });
    afterEach(async () => {
      await store.close();
      await other.close();
      await subject.dispose();
    });

    const created = (more: Partial<CreatedEvent> = {}): Omit<CreatedEvent, 'kind'> => ({
      uid: createUid(),
      name: 'train',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
      ...more,
    });
    const finished = (more: Partial<CreatedEvent> = {}, events: readonly EventBody[] = []): string => {
      const writer = store.createRun(created(more));
      for (const event of [{ kind: 'state', state: 'running' } as const, ...events]) writer.append(event);
      writer.append({ kind: 'state', state: 'completed' });
      writer.close();
      return writer.uid;
    };
    const logFile = async (uid: string, key: string, text: string): Promise<ArtifactRecord> => {
      const staging = await store.createStaging();
      writeFileSync(path.join(staging, 'content.txt'), text);
      const stored = await store.putArtifact(staging, { directory: false });
      const uri = `store://demo/${key}@${stored.digest}`;
      return { key, kind: 'file', uri, producer: uid, ...stored };
    };
    const finishedWithFile = async (key: string, text: string): Promise<ArtifactRecord> => {
      const writer = store.createRun(created());
      const artifact = await logFile(writer.uid, key, text);
      writer.append({ kind: 'artifact', artifact });
      writer.append({ kind: 'state', state: 'completed' });
      writer.close();
      return artifact;
    };

    describe('writing', () => {
      it('numbers events from one without gaps and shows them to other clients at once', async () => {
        const writer = store.createRun(created());
        const first = writer.lastSeq;
        const event = writer.append(metric('loss', 0.5, 1));
        expect(event.seq).toBe(first + 1);
        const record = await other.getRun(writer.uid);
        expect(record.metrics).toEqual({ loss: 0.5 });
        writer.close();
      });

      it('refuses a uid that exists', () => {
        const one = created();
        store.createRun(one).close();
        expect(() => store.createRun(one)).toThrow(expect.objectContaining({ code: 'RUN_EXISTS' }));
        expect(() => other.createRun(one)).toThrow(expect.objectContaining({ code: 'RUN_EXISTS' }));
      });

      it('goes on with a run where another writer left it', async () => {
        const writer = store.createRun(created());
        writer.append(metric('loss', 1));
        const seq = writer.lastSeq;
        writer.close();
        const next = other.openRun(writer.uid);
        expect(next.lastSeq).toBeGreaterThanOrEqual(seq);
        next.append(metric('loss', 2));
        next.append({ kind: 'state', state: 'completed' });
        next.close();
        const seqs: number[] = [];
        for await (const event of store.events(writer.uid)) seqs.push(event.seq);
        expect(seqs).toEqual(seqs.map((_, i) => i + 1));
        expect((await store.getRun(writer.uid)).metrics).toEqual({ loss: 2 });
      });

      it('says that a run to be opened does not exist', () => {
        expect(() => store.openRun('nosuchrun')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
      });

      it('takes nothing more after close', () => {
        const writer = store.createRun(created());
        writer.close();
        expect(() => writer.append(metric('loss', 1))).toThrow(
          expect.objectContaining({ code: 'RUN_CLOSED' }),
        );
      });

      it('keeps NaN, infinities, null, false, zero, empty and awkwardly named values as they are', async () => {
        const params = { zero: 0, no: false, empty: '', none: null, list: [1, 'a'], ['__proto__']: 'x' };
        const uid = finished({ params }, [
          metric('nan', Number.NaN),
          metric('inf', Number.POSITIVE_INFINITY),
          { kind: 'result', key: 'zero', value: 0 },
          { kind: 'result', key: 'no', value: false },
        ]);
        const record = await other.getRun(uid);
        expect(record.params).toEqual(params);
        expect(record.metrics).toEqual({ nan: 'NaN', inf: 'Infinity' });
        expect(record.results).toEqual({ zero: 0, no: false });
        const points = await other.metricHistory(uid);
        expect(points.map(({ value }) => value)).toEqual(['NaN', 'Infinity']);
      });
    });

    describe('finding runs', () => {
      it('finds a run by uid, unique prefix, name and @last', async () => {
        const first = finished({ uid: 'aaaa1111aaaa', name: 'first' });
        const second = finished({ uid: 'aaaa2222bbbb', name: 'second' });
        expect((await store.getRun(first)).uid).toBe(first);
        expect((await store.getRun('aaaa1')).uid).toBe(first);
        expect((await store.getRun('second')).uid).toBe(second);
        expect((await store.getRun('@last')).uid).toBe(second);
      });

      it('names the nearest run when none fits, and refuses a prefix of several', async () => {
        finished({ uid: 'aaaa1111aaaa', name: 'training' });
        finished({ uid: 'aaaa2222bbbb' });
        await expect(store.getRun('trainin')).rejects.toMatchObject({
          code: 'RUN_NOT_FOUND',
          hint: expect.stringContaining('"training"'),
        });
        await expect(store.getRun('aaaa')).rejects.toMatchObject({ code: 'RUN_AMBIGUOUS' });
        await expect(store.getRun('aaa')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
        await expect(store.getRun('../../etc')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      });

      it('searches by metrics, params and labels with the latest value of each metric', async () => {
        const good = finished({ params: { depth: 4 }, labels: { team: 'a' } }, [
          metric('accuracy', 0.1, 1),
          metric('accuracy', 0.95, 2),
        ]);
        finished({ params: { depth: 8 }, labels: { team: 'b' } }, [metric('accuracy', 0.99)]);
        finished({ params: { depth: 4 } }, [metric('accuracy', 0.5, 2), metric('accuracy', 0.99, 1)]);
        const page = await other.searchRuns({
          filter: "metrics.accuracy > 0.9 and params.depth in (4, 8) and labels.team = 'a'",
        });
        expect(page.runs.map(({ uid }) => uid)).toEqual([good]);
      });

      it('matches no absent field, also with != and under not', async () => {
        const has = finished({}, [metric('loss', 1)]);
        finished();
        for (const filter of ['metrics.loss != 2', 'not metrics.loss = 2', 'metrics.loss not in (2, 3)'])
          expect((await store.searchRuns({ filter })).runs.map(({ uid }) => uid)).toEqual([has]);
      });

      it('leaves trials and steps out unless asked, and finds the children of a run', async () => {
        const sweep = finished({ runKind: 'sweep' });
        const trial = finished({ runKind: 'trial', parent: sweep, iteration: 1 });
        expect((await store.searchRuns({})).runs.map(({ uid }) => uid)).toEqual([sweep]);
        expect((await store.searchRuns({ all: true })).runs).toHaveLength(2);
        expect((await store.searchRuns({ parent: sweep })).runs.map(({ uid }) => uid)).toEqual([trial]);
      });

      it('pages through everything once, in order, whatever is missing from some runs', async () => {
        const uids = Array.from({ length: 23 }, (_, i) =>
          finished(
            { name: `run-${i}` },
            i % 3 === 0 ? [] : [metric('loss', i % 5 === 0 ? Number.NaN : i % 4)],
          ),
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
            const page = await store.searchRuns({ ...query, ...(token ? { pageToken: token } : {}) });
            seen.push(...page.runs.map(({ uid }) => uid));
            token = page.nextPageToken;
          } while (token);
          const whole = await store.searchRuns({ ...query, limit: 100 });
          expect(seen).toEqual(whole.runs.map(({ uid }) => uid));
          expect(new Set(seen)).toEqual(new Set(uids));
        }
      });

      it('refuses a page token of another query, and points at what is wrong in a filter', async () => {
        finished();
        finished();
        const { nextPageToken = '' } = await store.searchRuns({ limit: 1 });
        await expect(
          store.searchRuns({ limit: 1, orderBy: 'name', pageToken: nextPageToken }),
        ).rejects.toMatchObject({ code: 'INVALID_PAGE_TOKEN' });
        await expect(store.searchRuns({ filter: 'metric.loss > 1' })).rejects.toMatchObject({
          code: 'INVALID_FILTER',
          hint: expect.stringContaining('"metrics.loss"'),
        });
      });
    });

    describe('following', () => {
      it('gives events as they come and stops when the run has ended', async () => {
        const writer = store.createRun(created());
        const seen: string[] = [];
        const following = (async () => {
          for await (const event of other.events(writer.uid, { follow: true, after: writer.lastSeq })) {
            seen.push(event.kind);
            if (event.kind === 'metric') writer.append({ kind: 'state', state: 'completed' });
          }
        })();
        writer.append(metric('loss', 1));
        await following;
        writer.close();
        expect(seen).toEqual(['metric', 'state']);
      });

      it('stops following when the signal fires', async () => {
        const writer = store.createRun(created());
        const abort = new AbortController();
        for await (const _ of other.events(writer.uid, { follow: true, signal: abort.signal })) abort.abort();
        for await (const _ of other.logs(writer.uid, { follow: true, signal: abort.signal }))
          throw new Error('nothing is due');
        writer.close();
      });

      it('gives the output from an offset on, and follows it to the end', async () => {
        const writer = store.createRun(created());
        writeFileSync(writer.logFile, 'one\n');
        let text = '';
        for await (const chunk of other.logs(writer.uid, { follow: true, offset: 2 })) {
          text += Buffer.from(chunk).toString();
          if (text === 'e\n') {
            writeFileSync(writer.logFile, 'two\n', { flag: 'a' });
            writer.append({ kind: 'state', state: 'completed' });
          }
        }
        writer.close();
        expect(text).toBe('e\ntwo\n');
      });

      it('says that a run to be followed does not exist', async () => {
        const read = async (): Promise<void> => {
          for await (const _ of store.events('nosuchrun')) return;
        };
        await expect(read()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      });
    });

    describe('artifacts', () => {
      it('stores a file under its digest and a folder under that of its listing', async () => {
        const staging = await store.createStaging();
        writeFileSync(path.join(staging, 'content.txt'), 'hello');
        const file = await store.putArtifact(staging, { directory: false });
        expect(file).toEqual({ digest: digestBytes('hello'), size: 5, files: ['content.txt'] });
        const again = await store.createStaging();
        writeFileSync(path.join(again, 'content.txt'), 'hello');
        const folder = await store.putArtifact(again, { directory: true });
        expect(folder.digest).not.toBe(file.digest);
        const directory = await other.artifactDirectory(file.digest);
        expect(readFileSync(path.join(directory, 'content.txt'), 'utf8')).toBe('hello');
      });

      it('takes the same content twice', async () => {
        const digests = await Promise.all(
          [1, 2, 3].map(async () => {
            const staging = await store.createStaging();
            writeFileSync(path.join(staging, 'content.txt'), 'same');
            return (await store.putArtifact(staging, { directory: false })).digest;
          }),
        );
        expect(new Set(digests).size).toBe(1);
      });

      it('resolves a key to the newest artifact, a digest and a tag to the one they name', async () => {
        const old = await finishedWithFile('model', 'v1');
        await store.tagArtifact(old.uri, 'best');
        const fresh = await finishedWithFile('model', 'v2');
        expect(await other.resolveArtifact('store://demo/model')).toEqual(fresh);
        expect(await other.resolveArtifact('store://demo/model:latest')).toEqual(fresh);
        expect(await other.resolveArtifact('store://demo/model:best')).toEqual(old);
        expect(await other.resolveArtifact(old.uri)).toEqual(old);
        await store.tagArtifact('store://demo/model', 'best');
        expect(await other.resolveArtifact('store://demo/model:best')).toEqual(fresh);
      });

      it('names the nearest key when there is none', async () => {
        await finishedWithFile('model', 'v1');
        await expect(store.resolveArtifact('store://demo/modle')).rejects.toMatchObject({
          code: 'ARTIFACT_NOT_FOUND',
          hint: expect.stringContaining('model'),
        });
        await expect(store.resolveArtifact('store://demo/model:nosuch')).rejects.toMatchObject({
          code: 'ARTIFACT_NOT_FOUND',
        });
        await expect(store.artifactDirectory(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
          code: 'ARTIFACT_NOT_FOUND',
        });
      });

      it('searches the newest of each key, or every version, with tags', async () => {
        const old = await finishedWithFile('model', 'v1');
        await store.tagArtifact(old.uri, 'best');
        const fresh = await finishedWithFile('model', 'v2');
        await finishedWithFile('data', 'x');
        expect((await other.searchArtifacts({})).map(({ key }) => key)).toEqual(['data', 'model']);
        const all = await other.searchArtifacts({ key: 'model', all: true });
        expect(all.map(({ digest, tags }) => ({ digest, tags }))).toEqual([
          { digest: fresh.digest, tags: [] },
          { digest: old.digest, tags: ['best'] },
        ]);
        expect(await other.searchArtifacts({ filter: "key like 'mod%' and size = 2" })).toHaveLength(1);
        expect(await other.searchArtifacts({ run: old.producer })).toHaveLength(1);
      });
    });

    describe('after the run', () => {
      it('sets and removes labels, and finds runs by them', async () => {
        const uid = finished({ labels: { team: 'a', keep: 'yes' } });
        await store.setLabels(uid, { team: 'b', keep: null, note: 'good' });
        expect((await other.getRun(uid)).labels).toEqual({ team: 'b', note: 'good' });
        expect((await other.searchRuns({ labels: { team: 'b' } })).runs).toHaveLength(1);
        expect((await other.searchRuns({ filter: "labels.keep = 'yes'" })).runs).toHaveLength(0);
      });

      it('moves a run with its trials to the trash and back', async () => {
        const sweep = finished({ runKind: 'sweep' });
        const trial = finished({ runKind: 'trial', parent: sweep });
        await store.trashRun(sweep);
        expect((await other.searchRuns({ all: true })).runs).toHaveLength(0);
        expect((await other.searchRuns({ all: true, trashed: true })).runs).toHaveLength(2);
        expect((await other.getRun(trial)).trashed).toBe(true);
        await store.restoreRun(sweep);
        expect((await other.searchRuns({ all: true })).runs).toHaveLength(2);
      });

      it('refuses to trash a run that goes on', async () => {
        const writer = store.createRun(created());
        await expect(store.trashRun(writer.uid)).rejects.toMatchObject({ code: 'RUN_BUSY' });
        writer.close();
      });

      it('collects trashed runs and what only they referred to, and nothing with a dry run', async () => {
        const gone = await finishedWithFile('model', 'only here');
        const shared = await finishedWithFile('model', 'shared');
        const keeper = await finishedWithFile('copy', 'shared');
        await store.trashRun(gone.producer);
        await store.trashRun(shared.producer);
        const plan = await other.collectGarbage({ dryRun: true });
        expect(plan.artifacts.map(({ digest }) => digest)).toEqual([gone.digest]);
        expect(new Set(plan.runs)).toEqual(new Set([gone.producer, shared.producer]));
        await expect(other.artifactDirectory(gone.digest)).resolves.toBeTruthy();
        const done = await other.collectGarbage({ dryRun: false });
        expect(done).toEqual({ ...plan, dryRun: false });
        await expect(store.artifactDirectory(gone.digest)).rejects.toMatchObject({
          code: 'ARTIFACT_NOT_FOUND',
        });
        await expect(store.artifactDirectory(keeper.digest)).resolves.toBeTruthy();
        await expect(store.getRun(gone.producer)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
        expect((await store.searchRuns({ trashed: true })).runs).toHaveLength(0);
      });

      it('keeps trashed runs that are too fresh, and those that a tag leads to', async () => {
        const tagged = await finishedWithFile('model', 'tagged');
        await store.tagArtifact(tagged.uri, 'production');
        await store.trashRun(tagged.producer);
        expect((await store.collectGarbage({ dryRun: false })).runs).toEqual([]);
        expect(await store.resolveArtifact('store://demo/model:production')).toEqual(tagged);
        await store.trashRun(finished());
        expect((await store.collectGarbage({ dryRun: false, olderThanMs: 60_000 })).runs).toEqual([]);
      });

      it('exports a run with its artifacts and imports it into another store', async () => {
        const artifact = await finishedWithFile('model', 'weights');
        await store.setLabels(artifact.producer, { note: 'exported' });
        const folder = mkdtempSync(path.join(tmpdir(), 'slipway-export-'));
        const target = await create();
        const importer = await target.open();
        try {
          const exported = path.join(folder, 'run');
          await store.exportRun(artifact.producer, exported);
          const record = await importer.importRun(exported);
          expect(record).toEqual(await store.getRun(artifact.producer));
          expect(await importer.resolveArtifact('store://demo/model')).toEqual(artifact);
          await importer.artifactDirectory(artifact.digest);
          expect((await importer.searchRuns({})).runs).toHaveLength(1);
          await expect(importer.importRun(exported)).rejects.toMatchObject({ code: 'RUN_EXISTS' });
          await expect(store.exportRun(artifact.producer, exported)).rejects.toMatchObject({
            code: 'INVALID_EXPORT',
          });
        } finally {
          await importer.close();
          await target.dispose();
          rmSync(folder, { recursive: true });
        }
      });
    });
  });
}
