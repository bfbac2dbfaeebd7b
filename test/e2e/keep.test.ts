import { existsSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, type Folder, type Json } from './slipway.ts';

const files = {
  'f.ts': `import type { Context } from 'slipway';
export async function f(ctx: Context, { n = 1 }: { n?: number }) {
  await ctx.logArtifact('note', 'n is ' + n, { name: 'note.txt' });
  return { n };
}`,
};

async function runOnce(folder: Folder, ...flags: string[]): Promise<Json> {
  const { data, code } = await folder.json(['run', 'f.ts', ...flags]);
  expect(code).toBe(0);
  return data;
}

describe('runs that are kept', () => {
  it('go to the trash, come back, and are deleted for good only by gc', async () => {
    const folder = createFolder(files);
    const [first, second] = [await runOnce(folder, '-p', 'n=1'), await runOnce(folder, '-p', 'n=2')];
    expect((await folder.json(['rm', first.uid, second.uid])).data).toHaveLength(2);
    expect((await folder.json(['get', 'runs'])).data).toEqual([]);
    expect((await folder.json(['get', 'runs', '--trashed'])).data).toHaveLength(2);
    const restored = await folder.slipway(['restore', '@last']);
    expect(restored.stdout).toContain(`${second.uid} restored`);
    expect((await folder.json(['get', 'runs'])).data).toMatchObject([{ uid: second.uid }]);

    const kept = await folder.json(['gc', '--older-than', '1d']);
    expect(kept.data).toMatchObject({ runs: [], dryRun: false });
    const dry = await folder.json(['gc', '--dry-run']);
    expect(dry.data).toMatchObject({ runs: [first.uid], dryRun: true });
    expect((await folder.json(['get', 'runs', '--trashed'])).data).toHaveLength(1);
    const real = await folder.json(['gc']);
    expect(real.data).toMatchObject({ runs: [first.uid], dryRun: false });
    expect(real.data.bytes).toBeGreaterThan(0);
    expect((await folder.json(['get', 'run', first.uid])).code).toBe(3);
    const artifact = await folder.json(['describe', second.artifacts[0].uri]);
    expect(readdirSync(artifact.data.directory)).toEqual(['note.txt']);
  });

  it('share their clean-up with images: gc removes parts that no function needs any more', async () => {
    const folder = createFolder(files);
    const build = ['build', 'f.ts', '--explain'];
    expect((await folder.slipway(build)).code).toBe(0);
    folder.write('f.ts', files['f.ts'].replace("'n is '", "'n was '"));
    expect((await folder.slipway(build)).code).toBe(0);
    const cache = path.join(folder.path, '.slipway/cache/images');
    const then = Date.now() / 1000 - 48 * 3600;
    for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' }))
      utimesSync(path.join(cache, name), then, then);
    const dry = await folder.slipway(['gc', '--dry-run']);
    expect(dry.stdout).toMatch(/^image part {2}sha256:[0-9a-f]{64}$/m);
    expect(dry.stdout).toMatch(/^\d+ parts of images in the cache \(.* kB\) would be deleted$/m);
    const real = await folder.json(['gc']);
    expect(real.data.images.blobs.length).toBeGreaterThanOrEqual(3);
    expect((await folder.json(['gc'])).data.images).toEqual({ blobs: [], bytes: 0, docker: [] });
    const noDaemon = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const refused = await folder.json(['gc', '--docker-images'], noDaemon);
    expect([refused.code, refused.data.error.code]).toEqual([1, 'DOCKER_UNAVAILABLE']);
    expect((await folder.slipway(build)).stdout).toContain('nothing changed');
  });

  it('are exported and imported into another project with everything', async () => {
    const folder = createFolder(files);
    const run = await runOnce(folder, '--label', 'team=a');
    const exported = await folder.slipway(['export', run.uid, 'out']);
    expect(exported.code).toBe(0);
    const away = createFolder();
    const imported = await away.json(['import', path.join(folder.path, 'out')]);
    expect(imported).toMatchObject({ code: 0, data: { uid: run.uid, results: { n: 1 } } });
    rmSync(path.join(folder.path, '.slipway'), { recursive: true });
    const shown = await away.json(['describe', '@last']);
    expect(shown.data).toMatchObject({ uid: run.uid, labels: { team: 'a' } });
    expect((await away.json(['describe', shown.data.artifacts[0].uri])).code).toBe(0);
    const twice = await away.json(['import', path.join(folder.path, 'out')]);
    expect([twice.code, twice.data.error.code]).toEqual([5, 'RUN_EXISTS']);
    const nothing = await away.json(['import', 'nowhere']);
    expect([2, 3]).toContain(nothing.code);
  });

  it('refuse an export into a folder that holds something', async () => {
    const folder = createFolder(files);
    await runOnce(folder);
    folder.write('out/mine.txt', 'mine');
    const { code, data } = await folder.json(['export', '@last', 'out']);
    expect([code, data.error.code]).toEqual([2, 'INVALID_EXPORT']);
    expect(existsSync(path.join(folder.path, 'out', 'mine.txt'))).toBe(true);
  });

  it('take labels later, and lose them again', async () => {
    const folder = createFolder(files);
    const { uid } = await runOnce(folder, '-l', 'old=1');
    expect((await folder.json(['label', '@last', 'team=a', 'old-'])).data).toEqual({
      uid,
      labels: { team: 'a' },
    });
    expect((await folder.json(['get', 'runs', '-l', 'team=a'])).data).toHaveLength(1);
    expect((await folder.json(['get', 'runs', '-l', 'team=b'])).data).toEqual([]);
    expect((await folder.json(['label', '@last', 'team'])).code).toBe(2);
  });

  it('give artifacts tags by which they are found', async () => {
    const folder = createFolder(files);
    const first = await runOnce(folder, '-p', 'n=1');
    await runOnce(folder, '-p', 'n=2');
    const [{ uri }] = first.artifacts;
    expect((await folder.json(['tag', uri, 'best'])).data).toMatchObject({
      key: 'note',
      uri: 'store://default/note:best',
    });
    const best = await folder.json(['describe', 'store://default/note:best']);
    expect(best.data).toMatchObject({ uri, tags: ['best'], producer: first.uid });
    const latest = await folder.json(['describe', 'artifact', 'note']);
    expect(latest.data.uri).not.toBe(uri);
    expect((await folder.json(['get', 'artifacts'])).data).toHaveLength(1);
    expect((await folder.json(['get', 'artifacts', 'note', '--all'])).data).toHaveLength(2);
    const wrong = await folder.json(['get', 'artifact', 'nte']);
    expect(wrong.code).toBe(3);
    expect(`${wrong.data.error.message} ${wrong.data.error.hint}`).toContain('note');
  });

  it('tell which run made what from which', async () => {
    const folder = createFolder({
      'make.ts': `import type { Context } from 'slipway';
        export async function make(ctx: Context) { return { rows: await ctx.logDataset('rows', [{ x: 1 }, { x: 2 }]) }; }`,
      'use.ts': `import type { Context, DataItem } from 'slipway';
        export async function use(ctx: Context, { data }: { data: DataItem }) {
          const table = await data.table();
          await ctx.logArtifact('count.json', { json: table.rowCount });
        }`,
    });
    const made = await folder.json(['run', 'make.ts']);
    const used = await folder.json(['run', 'use.ts', '-i', 'data=store://default/rows']);
    const { data } = await folder.json(['lineage', 'count.json', '--direction', 'upstream']);
    const runs = data.nodes.filter((node: { type: string }) => node.type === 'run');
    expect(runs.map((node: { uid: string }) => node.uid).sort()).toEqual(
      [made.data.uid, used.data.uid].sort(),
    );
    const table = await folder.slipway(['lineage', 'rows']);
    expect(table.stdout).toMatch(/use +\S+ +data=rows +count\.json/);
    expect((await folder.slipway(['lineage', 'nothing'])).code).toBe(3);
  });

  it('are not touched when one of several names is wrong', async () => {
    const folder = createFolder(files);
    const { uid } = await runOnce(folder);
    const { code, data } = await folder.json(['rm', uid, '0000000000']);
    expect([code, data.error.code]).toEqual([3, 'RUN_NOT_FOUND']);
    expect((await folder.json(['get', 'runs'])).data).toHaveLength(1);
  });
});
