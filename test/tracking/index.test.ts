import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/tracking/local/index/sqlite.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { journalFile, runsDirectory } from '../../src/tracking/store-layout.ts';
import { tempDirectory } from './temp-directory.ts';

function addRun(store: RunStore, uid: string, loss = 1): void {
  const writer = store.createRun({
    uid,
    name: uid,
    project: 'demo',
    runKind: 'run',
    params: {},
    inputs: {},
    labels: {},
  });
  writer.append({ kind: 'metric', key: 'loss', value: loss });
  writer.append({ kind: 'state', state: 'completed' });
  writer.close();
}
const names = async (store: RunStore): Promise<readonly string[]> =>
  (await store.searchRuns({ orderBy: 'name' })).runs.map(({ name }) => name);

describe('the index', () => {
  it('is not there before a search needs it', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    addRun(store, 'run1');
    await store.getRun('run1');
    for await (const _ of store.events('run1')) break;
    expect(readdirSync(directory)).toEqual(['projects']);
    await store.searchRuns({});
    expect(readdirSync(directory)).toContain('index.db');
    await store.close();
  });

  it('is built again when it was deleted, also under a store that is open', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    addRun(store, 'run1');
    await store.setLabels('run1', { team: 'a' });
    expect(await names(store)).toEqual(['run1']);
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(path.join(directory, `index.db${suffix}`), { force: true });
    addRun(store, 'run2');
    expect(await names(store)).toEqual(['run1', 'run2']);
    rmSync(path.join(directory, 'index.db'));
    const fresh = openLocalStore({ directory, project: 'demo' });
    expect(await names(fresh)).toEqual(['run1', 'run2']);
    expect((await fresh.searchRuns({ labels: { team: 'a' } })).runs).toHaveLength(1);
    expect(await names(store)).toEqual(['run1', 'run2']);
    await store.close();
    await fresh.close();
  });

  it.each([
    ['garbage', () => Buffer.alloc(20_000, 'x')],
    ['its first half', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    [
      'pages of zeros',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096)]),
    ],
    ['nothing', () => Buffer.alloc(0)],
  ])('is built again when the file holds %s', async (_, damage) => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    for (let i = 0; i < 50; i++) addRun(store, `run${i}`);
    const before = await names(store);
    await store.close();
    const file = path.join(directory, 'index.db');
    writeFileSync(file, damage(readFileSync(file)));
    const fresh = openLocalStore({ directory, project: 'demo' });
    expect(await names(fresh)).toEqual(before);
    expect(before).toHaveLength(50);
    await fresh.close();
  });

  it('is built again when another version made it', async () => {
    const directory = tempDirectory();
    const database = openDatabase(path.join(directory, 'index.db'));
    database.exec('CREATE TABLE runs (old); PRAGMA user_version = 9999');
    database.close();
    const store = openLocalStore({ directory, project: 'demo' });
    addRun(store, 'run1');
    expect(await names(store)).toEqual(['run1']);
    await store.close();
  });

  it('finds run folders that were copied in, and forgets those that were removed', async () => {
    const [from, to] = [tempDirectory(), tempDirectory()];
    const source = openLocalStore({ directory: from, project: 'demo' });
    addRun(source, 'copied');
    const store = openLocalStore({ directory: to, project: 'demo' });
    addRun(store, 'own');
    expect(await names(store)).toEqual(['own']);
    cpSync(path.join(runsDirectory(from, 'demo'), 'copied'), path.join(runsDirectory(to, 'demo'), 'copied'), {
      recursive: true,
    });
    expect(await names(store)).toEqual(['copied', 'own']);
    rmSync(path.join(to, 'index.db'));
    expect(await names(store)).toEqual(['copied', 'own']);
    await source.close();
    await store.close();
  });

  it('finds a run whose process was killed before it told the ledger, also when another run told it meanwhile', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    addRun(store, 'before');
    expect(await names(store)).toEqual(['before']);
    const elsewhere = tempDirectory();
    const source = openLocalStore({ directory: elsewhere, project: 'demo' });
    addRun(source, 'killed');
    cpSync(runsDirectory(elsewhere, 'demo'), runsDirectory(directory, 'demo'), { recursive: true });
    addRun(store, 'other');
    expect(await names(store)).toEqual(['before', 'killed', 'other']);
    await source.close();
    await store.close();
  });

  it.each([
    '{"seq":3,"time":',
    '{"seq":3,"time":1,"kind":"artifact"}',
    '{"seq":3,"time":1,"kind":"created","uid":"bad","project":"demo"}',
    '{"seq":3,"time":1,"kind":"state","state":5}',
    '{"seq":3,"time":1e300,"kind":"state","state":"running"}',
  ])('shows a run with a damaged journal as failed, and all others as they are: %s', async (line) => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    addRun(store, 'bad');
    addRun(store, 'good');
    const file = journalFile(directory, 'demo', 'bad');
    const intact = readFileSync(file, 'utf8');
    const lines = intact.split('\n');
    lines[2] = line;
    writeFileSync(file, lines.join('\n'));
    const { runs } = await store.searchRuns({ orderBy: 'name' });
    expect(runs.map(({ name, state }) => [name, state])).toEqual([
      ['bad', 'error'],
      ['good', 'completed'],
    ]);
    expect(runs[0]?.error).toMatchObject({ code: 'JOURNAL_CORRUPT', details: { line: 3 } });
    await expect(store.getRun('bad')).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
    writeFileSync(file, intact);
    expect((await store.searchRuns({ filter: "state = 'completed'" })).runs).toHaveLength(2);
    await store.close();
  });

  it('is right about a run whose journal was put back to an earlier state', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    const writer = store.createRun({
      uid: 'run1',
      name: 'run1',
      project: 'demo',
      runKind: 'run',
      params: {},
      inputs: {},
      labels: {},
    });
    const file = journalFile(directory, 'demo', 'run1');
    const early = readFileSync(file);
    for (let i = 0; i < 10; i++) writer.append({ kind: 'metric', key: 'loss', value: i });
    expect((await store.metricHistory('run1')).length).toBe(10);
    writeFileSync(file, early);
    expect(await store.metricHistory('run1')).toEqual([]);
    expect((await store.getRun('run1')).metrics).toEqual({});
    writer.close();
    await store.close();
  });

  it('keeps keys apart or together as SQLite can, without failing', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const writer = store.createRun({
      uid: 'run1',
      name: 'a\u0000b',
      project: 'demo',
      runKind: 'run',
      params: { 'a\u0000': 1, 'a\u0000b': 2, '\ud800': 3, '\udc00': 4, __proto__: 5 },
      inputs: {},
      labels: { '': '', "'": '"' },
    });
    for (const key of ['m\u0000', 'm\u0000x', '\ud800']) writer.append({ kind: 'metric', key, value: 1 });
    writer.close();
    const { runs } = await store.searchRuns({ filter: "params.`a\u0000b` = 2 and labels.`'` = '\"'" });
    expect(runs).toEqual([await store.getRun('run1')]);
    expect(await store.metricHistory('run1')).toHaveLength(3);
    await store.close();
  });

  it('serves several projects of one store', async () => {
    const directory = tempDirectory();
    const demo = openLocalStore({ directory, project: 'demo' });
    const other = openLocalStore({ directory, project: 'other' });
    addRun(demo, 'run1');
    addRun(other, 'run2');
    expect(await names(demo)).toEqual(['run1']);
    expect(await names(other)).toEqual(['run2']);
    await demo.close();
    await other.close();
  });

  it('lies in a folder of its own where SLIPWAY_INDEX_DIR says so', async () => {
    const [directory, indexDirectory] = [tempDirectory(), tempDirectory()];
    process.env.SLIPWAY_INDEX_DIR = indexDirectory;
    try {
      const store = openLocalStore({ directory, project: 'demo' });
      addRun(store, 'run1');
      expect(await names(store)).toEqual(['run1']);
      await store.close();
    } finally {
      delete process.env.SLIPWAY_INDEX_DIR;
    }
    expect(readdirSync(directory)).toEqual(['projects']);
    expect(readdirSync(indexDirectory)).toHaveLength(1);
  });

  it('is not needed to find what a run has just made, and finds the same', async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    const digest = (i: number): string => `sha256:${String(i).padStart(64, '0')}`;
    for (let i = 0; i < 3; i++) {
      const uid = `maker${i}`;
      const uri = `store://demo/model@${digest(i)}`;
      const writer = store.createRun({
        uid,
        name: uid,
        project: 'demo',
        runKind: 'run',
        params: {},
        inputs: {},
        labels: {},
      });
      const artifact = { key: 'model', kind: 'file', uri, digest: digest(i), size: 1, files: ['a'] } as const;
      writer.append({ kind: 'artifact', artifact: { ...artifact, producer: uid } });
      writer.append({ kind: 'state', state: 'completed' });
      writer.close();
    }
    expect(await store.resolveArtifact('store://demo/model')).toMatchObject({ producer: 'maker2' });
    expect(await store.resolveArtifact(`store://demo/model@${digest(1)}`)).toMatchObject({
      producer: 'maker1',
    });
    expect(readdirSync(directory)).toEqual(['projects']);
    await store.trashRun('maker2');
    expect(await store.resolveArtifact('store://demo/model')).toMatchObject({ producer: 'maker1' });
    expect(await store.resolveArtifact(`store://demo/model@${digest(2)}`)).toMatchObject({
      producer: 'maker2',
    });
    for (let i = 0; i < 1500; i++) await store.setLabels('maker0', { filler: `${i}` });
    expect(await store.resolveArtifact(`store://demo/model@${digest(0)}`)).toMatchObject({
      producer: 'maker0',
    });
    await store.close();
  });

  it('makes nothing where there is no store', async () => {
    const directory = path.join(tempDirectory(), '.slipway');
    const store = openLocalStore({ directory, project: 'demo' });
    expect((await store.searchRuns({})).runs).toEqual([]);
    await expect(store.getRun('@last')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(statSync(directory, { throwIfNoEntry: false })).toBeUndefined();
    mkdirSync(directory);
    await store.close();
  });
});
