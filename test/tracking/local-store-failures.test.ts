import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { openReplicas } from '../../src/tracking/local/replicas.ts';
import { readWholeJournal } from '../../src/tracking/read-journal.ts';
import type { ArtifactRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { artifactFolder, journalFile, runsDirectory } from '../../src/tracking/store-layout.ts';
import { bundleScript, startScript } from './child.ts';
import { canMount, mountDisk, resizeDisk } from './mount-disk.ts';
import { tempDirectory } from './temp-directory.ts';

const created = (uid: string) =>
  ({ uid, name: 'x', project: 'demo', runKind: 'run', params: {}, inputs: {}, labels: {} }) as const;

async function finishedWithModel(
  store: RunStore,
  uid: string,
  more: Partial<ArtifactRecord> = {},
): Promise<ArtifactRecord> {
  const writer = store.createRun(created(uid));
  const staging = await store.createStaging();
  writeFileSync(path.join(staging, 'weights.json'), `"${uid}"`);
  const stored = await store.putArtifact(staging, { directory: true });
  const uri = `store://demo/model@${stored.digest}`;
  const artifact: ArtifactRecord = { key: 'model', kind: 'model', uri, producer: uid, ...stored, ...more };
  writer.append({ kind: 'artifact', artifact });
  writer.append({ kind: 'state', state: 'completed' });
  writer.close();
  return artifact;
}

describe.runIf(canMount)('a store on a full disk', () => {
  it('refuses a new run whole, and a logged value without a torn line', async () => {
    const disk = mountDisk('200k');
    const store = openLocalStore({ directory: disk, project: 'demo' });
    const writer = store.createRun(created('first'));
    const fill = (): void => {
      for (;;) writer.append({ kind: 'commit', message: 'x'.repeat(1000) });
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
    expect(() => store.createRun(created('second'))).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
    expect(readdirSync(runsDirectory(disk, 'demo'))).toEqual(['first']);
    const { position } = readWholeJournal(journalFile(disk, 'demo', 'first'));
    expect(position.seq).toBe(writer.lastSeq);
    resizeDisk(disk, '4m');
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    store.createRun(created('second')).close();
    expect((await store.searchRuns({})).runs).toHaveLength(2);
    await store.close();
  });
});

describe('a clock that goes back', () => {
  it('leaves the newest artifact the newest, the last point the last and no duration negative', async () => {
    let now = Date.parse('2026-06-01T00:00:00Z');
    const clock = { now: () => (now -= 60_000), monotonic: systemClock.monotonic };
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo', clock });
    await finishedWithModel(store, 'first');
    const second = await finishedWithModel(store, 'second');
    expect(await store.resolveArtifact('store://demo/model')).toEqual(second);
    expect((await store.searchArtifacts({}))[0]).toMatchObject({ producer: 'second' });
    const writer = store.createRun(created('third'));
    writer.append({ kind: 'state', state: 'running' });
    for (const value of [1, 2, 3]) writer.append({ kind: 'metric', key: 'loss', value });
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    expect((await store.getRun('third')).metrics).toEqual({ loss: 3 });
    expect((await store.metricHistory('third')).map(({ value }) => value)).toEqual([1, 2, 3]);
    expect((await store.searchRuns({ filter: 'duration < 0' })).runs).toEqual([]);
    await store.close();
  });
});

describe('artifacts that are not sound', () => {
  it('refuses an empty staging folder and one with a link out of it', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const empty = await store.createStaging();
    await expect(store.putArtifact(empty, { directory: true })).rejects.toMatchObject({
      code: 'INVALID_ARTIFACT',
    });
    const linked = await store.createStaging();
    symlinkSync('/etc/hostname', path.join(linked, 'secret'));
    await expect(store.putArtifact(linked, { directory: true })).rejects.toMatchObject({
      code: 'INVALID_ARTIFACT',
    });
    await store.close();
  });

  it('finds models by their metrics and metadata', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const metadata = (accuracy: number) => ({ metrics: { accuracy }, framework: 'slipway-predictor' });
    await finishedWithModel(store, 'poor', { metadata: metadata(0.5) });
    await finishedWithModel(store, 'good', { metadata: metadata(0.9) });
    const rows = await store.searchArtifacts({
      kind: 'model',
      all: true,
      filter: "metrics.accuracy > 0.4 and metadata.framework like 'slip%' order by metrics.accuracy",
    });
    expect(rows.map(({ producer }) => producer)).toEqual(['poor', 'good']);
    await expect(store.searchArtifacts({ filter: 'metrics.accuracy >' })).rejects.toMatchObject({
      code: 'INVALID_FILTER',
    });
    await store.close();
  });

  it('refuses the tag "latest" and tags of artifacts that are not there', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const { uri } = await finishedWithModel(store, 'one');
    await expect(store.tagArtifact(uri, 'latest')).rejects.toMatchObject({ code: 'INVALID_NAME' });
    await expect(store.tagArtifact('store://demo/none', 'x')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    await store.close();
  });
});

describe('an import', () => {
  const exported = async (): Promise<{ folder: string; artifact: ArtifactRecord }> => {
    const folder = path.join(tempDirectory(), 'export');
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const artifact = await finishedWithModel(store, 'one');
    await store.exportRun('one', folder);
    await store.close();
    return { folder, artifact };
  };
  const refused = async (folder: string): Promise<void> => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    await expect(store.importRun(folder)).rejects.toMatchObject({ code: 'INVALID_EXPORT' });
    expect((await store.searchRuns({})).runs).toEqual([]);
    expect(readdirSync(path.join(directory, 'tmp'), { recursive: true })).toEqual([]);
    await store.close();
  };

  it('is not written over a file', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    await finishedWithModel(store, 'one');
    const file = path.join(tempDirectory(), 'notes.txt');
    writeFileSync(file, 'mine');
    await expect(store.exportRun('one', file)).rejects.toMatchObject({ code: 'INVALID_EXPORT' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await store.close();
  });

  it('takes nothing when an artifact was changed, is missing, or the folder is none', async () => {
    const changed = await exported();
    writeFileSync(path.join(artifactFolder(changed.folder, changed.artifact.digest), 'weights.json'), '"x"');
    await refused(changed.folder);
    const missing = await exported();
    rmSync(artifactFolder(missing.folder, missing.artifact.digest), { recursive: true });
    await refused(missing.folder);
    const pathEscape = await exported();
    const manifest = path.join(pathEscape.folder, 'export.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('"one"', '"../../one"'));
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    await expect(store.importRun(pathEscape.folder)).rejects.toMatchObject({ code: 'INVALID_EXPORT' });
    await expect(store.importRun(tempDirectory())).rejects.toMatchObject({ code: 'INVALID_EXPORT' });
    await expect(store.importRun(path.join(tempDirectory(), 'gone'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await store.close();
  });

  it('into another project makes the run and its artifacts that project’s', async () => {
    const { folder } = await exported();
    const store = openLocalStore({ directory: tempDirectory(), project: 'other' });
    expect(await store.importRun(folder)).toMatchObject({ project: 'other', uid: 'one' });
    const artifact = await store.resolveArtifact('store://other/model');
    expect(artifact.uri).toMatch(/^store:\/\/other\/model@sha256:/);
    await store.close();
  });

  it('brings the trials of a sweep along', async () => {
    const folder = path.join(tempDirectory(), 'export');
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const sweep = store.createRun({ ...created('sweep'), runKind: 'sweep' });
    const trial = store.createRun({
      ...created('trial1'),
      runKind: 'trial',
      parent: 'sweep',
      iteration: 1,
      params: { depth: 2 },
    });
    trial.append({ kind: 'state', state: 'completed' });
    trial.close();
    sweep.append({ kind: 'trial', iteration: 1, uid: 'trial1', state: 'completed' });
    sweep.append({ kind: 'state', state: 'completed' });
    sweep.close();
    await store.exportRun('sweep', folder);
    const other = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const record = await other.importRun(folder);
    expect(record.iterations).toMatchObject([{ iteration: 1, uid: 'trial1', params: { depth: 2 } }]);
    expect((await other.searchRuns({})).runs).toEqual([record]);
    await store.close();
    await other.close();
  });
});

describe('collecting garbage', () => {
  it('removes artifacts and staging folders that a dead process left, once they are old', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    const staging = await store.createStaging();
    writeFileSync(path.join(staging, 'a'), 'orphan');
    const { digest } = await store.putArtifact(staging, { directory: false });
    const left = await store.createStaging();
    expect((await store.collectGarbage({ dryRun: false })).artifacts).toEqual([]);
    const longAgo = new Date(Date.now() - 48 * 3_600_000);
    for (const folder of [artifactFolder(directory, digest), left]) utimesSync(folder, longAgo, longAgo);
    expect((await store.collectGarbage({ dryRun: false })).artifacts).toMatchObject([{ digest }]);
    expect(statSync(left, { throwIfNoEntry: false })).toBeUndefined();
    await store.close();
  });

  it('keeps what a damaged journal or another project mentions', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    const other = openLocalStore({ directory, project: 'other' });
    const { digest } = await finishedWithModel(store, 'gone');
    const user = other.createRun({
      ...created('user'),
      inputs: { data: { uri: `store://demo/model@${digest}`, digest } },
    });
    user.close();
    writeFileSync(journalFile(directory, 'other', 'user'), `garbage ${digest}\n`);
    await store.trashRun('gone');
    const report = await store.collectGarbage({ dryRun: false });
    expect(report).toMatchObject({ runs: ['gone'], artifacts: [] });
    await store.artifactDirectory(digest);
    await store.close();
    await other.close();
  });
});

describe('a run folder without a first event', () => {
  it('is no run: nobody was told of it', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    store.createRun(created('whole')).close();
    mkdirSync(path.join(runsDirectory(directory, 'demo'), 'begun'));
    writeFileSync(journalFile(directory, 'demo', 'begun'), '');
    expect((await store.searchRuns({})).runs.map(({ uid }) => uid)).toEqual(['whole']);
    await expect(store.getRun('begun')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(() => store.openRun('begun')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
    await store.close();
  });

  it.each([
    ['no journal', undefined],
    ['an empty journal', ''],
  ])('is begun by the next who creates the run: %s', async (_, text) => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    const replicas = openReplicas({ directory, project: 'demo' });
    for (const uid of ['here', 'sent']) {
      const folder = path.join(runsDirectory(directory, 'demo'), uid);
      mkdirSync(folder, { recursive: true });
      if (text !== undefined) writeFileSync(journalFile(directory, 'demo', uid), text);
    }
    const writer = store.createRun(created('here'));
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    expect(() => store.createRun(created('here'))).toThrow(expect.objectContaining({ code: 'RUN_EXISTS' }));
    const first = { seq: 1, time: 1, kind: 'created', ...created('sent') } as const;
    expect(await replicas.receive('sent', [first])).toEqual({ lastSeq: 1 });
    expect((await store.getRun('here')).state).toBe('completed');
    expect((await store.getRun('sent')).state).toBe('created');
    expect(readdirSync(path.join(runsDirectory(directory, 'demo'), 'here'))).toEqual([
      'events.jsonl',
      'run.json',
    ]);
    await replicas.close();
    await store.close();
  });

  it.each([
    ['no journal', undefined],
    ['an empty journal', ''],
  ])('is begun by one of two that create the run at once: %s', async (_, text) => {
    const directory = tempDirectory();
    const uids = Array.from({ length: 200 }, (_, index) => `run${index}`);
    for (const uid of uids) {
      mkdirSync(path.join(runsDirectory(directory, 'demo'), uid), { recursive: true });
      if (text !== undefined) writeFileSync(journalFile(directory, 'demo', uid), text);
    }
    const go = path.join(directory, 'go');
    const script = await bundleScript('create-runs');
    const children = [1, 2].map(() => startScript(script, directory, go, ...uids));
    for (const child of children) await child.line((line) => line === 'ready');
    writeFileSync(go, '');
    for (const child of children) expect(await child.ended).toBe('0');
    for (const uid of uids) {
      const said = children.flatMap(({ lines }) => lines.filter((line) => line.startsWith(`${uid} `)));
      expect(said.toSorted()).toEqual([`${uid} RUN_EXISTS`, `${uid} created`]);
      const { events } = readWholeJournal(journalFile(directory, 'demo', uid));
      expect(events.map(({ kind }) => kind)).toEqual(['created', 'owner', 'state']);
    }
  });
});
