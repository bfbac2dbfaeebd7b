import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { packageVersion } from '../../../src/core/package-root.ts';
import { writeOciArchive } from '../../../src/functions/image/archive/write-archive.ts';
import type { BuiltImage } from '../../../src/functions/image/image-request.ts';
import { openBlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import type { ImageConfig, ImageManifest } from '../../../src/functions/image/oci/manifest.ts';
import { buildServerImage } from '../../../src/functions/image/server/build-server-image.ts';
import { until } from '../../cluster/until.ts';
import { createFolder } from '../../e2e/slipway.ts';
import { readTarFile, type TarFile } from '../../support/read-tar.ts';
import { makeImage } from './make-image.ts';

describe('the image of the tracking server', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-server-image-'));
  const cacheDirectory = path.join(folder, 'cache');
  const blobs = openBlobStore(cacheDirectory);
  let image: BuiltImage;
  let files: readonly TarFile[];
  const json = <Document>(digest: string): Document => JSON.parse(blobs.read(digest).toString()) as Document;
  const build = (cache: string): Promise<BuiltImage> =>
    buildServerImage({ root: folder, cacheDirectory: cache, env: {} });

  beforeAll(async () => {
    image = await build(cacheDirectory);
    const own = image.layers.slice(-2);
    files = (await Promise.all(own.map(({ digest }) => readTarFile(blobs.path(digest))))).flat();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('has the same digest wherever it is built, and is not made again', async () => {
    const elsewhere = await build(path.join(folder, 'elsewhere'));
    expect(elsewhere.manifest).toEqual(image.manifest);
    expect(elsewhere.attachments).toEqual(image.attachments);
    const again = await build(cacheDirectory);
    expect(again.manifest).toEqual(image.manifest);
    expect(again.explain.every(({ reused }) => reused)).toBe(true);
  });

  it('adds less than 6 MB to its base, with machine code for one platform only', () => {
    const [packages, program] = image.layers.slice(-2).map(({ size }) => size);
    expect((packages ?? 0) + (program ?? 0)).toBeLessThan(6_000_000);
    const native = files.filter(({ path: at }) => at.endsWith('.node')).map(({ path: at }) => at);
    expect(native).toHaveLength(1);
    expect(native[0]).toContain(`linux-${process.arch}`);
  });

  it('starts the server as a user without rights, and has nothing that such a user may change', () => {
    const { config } = json<ImageConfig>(image.config.digest);
    expect(config).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['/slipway/init', 'node', '/slipway/server.mjs'],
      Cmd: ['server', '--host', '0.0.0.0'],
    });
    const open = files.filter(({ type, mode }) => type !== 'symlink' && (mode & 0o022) !== 0);
    expect(open.map(({ path: at }) => at)).toEqual(['data/']);
    expect(new Set(files.map(({ uid, gid, mtime }) => `${uid} ${gid} ${mtime}`))).toEqual(new Set(['0 0 0']));
  });

  it('carries a bill of materials of what is in its one file and beside it', () => {
    const manifest = json<ImageManifest>(image.attachments[0]?.digest ?? '');
    expect(manifest.subject?.digest).toBe(image.manifest.digest);
    const bill = json<{ components: { group?: string; name: string; properties: { value: string }[] }[] }>(
      manifest.layers[0]?.digest ?? '',
    );
    const where = (name: string, group?: string): string | undefined =>
      bill.components.find((each) => each.name === name && each.group === group)?.properties[0]?.value;
    expect(where('fastify')).toBe('bundle');
    expect(where('sqlite', '@photostructure')).toBe('dependencies');
    expect(where('node')).toBe('base');
    expect(where('esbuild')).toBeUndefined();
  });

  it('serves from its files alone: nothing of the installation is needed', async () => {
    const place = mkdtempSync(path.join(folder, 'files-'));
    for (const { digest } of image.layers.slice(-2))
      execFileSync('tar', ['-xf', blobs.path(digest), '-C', place, '--no-same-owner']);
    const data = mkdtempSync(path.join(folder, 'data-'));
    const tokens = path.join(folder, 'tokens');
    writeFileSync(tokens, `${'t'.repeat(40)}\n`);
    const env = { PATH: process.env.PATH, SLIPWAY_HOME: data, HOME: folder };
    const words = ['server', '--port', '0', '--token-file', tokens, '-o', 'name'];
    const child = spawn(process.execPath, [path.join(place, 'slipway/server.mjs'), ...words], {
      cwd: '/',
      env,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const url = await firstLine(child);
    expect(await (await fetch(`${url}/ready`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ version: packageVersion() });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(readdirSync(data)).toContain('index.db');
  });

  it('is made for another platform on a base of that platform', async () => {
    const architecture = process.arch === 'arm64' ? 'amd64' : 'arm64';
    const base = await makeImage(blobs, { platform: { os: 'linux', architecture } });
    const archive = path.join(folder, 'base.tar');
    await writeOciArchive(base, archive, { blobs });
    const recipe = { base: archive, platform: `linux/${architecture}` };
    const other = await buildServerImage({ root: folder, cacheDirectory, env: {}, recipe });
    expect(other.platform).toMatchObject({ os: 'linux', architecture });
    expect(json<ImageConfig>(other.config.digest)).toMatchObject({ os: 'linux', architecture });
    const own = other.layers.slice(-2);
    const parts = (await Promise.all(own.map(({ digest }) => readTarFile(blobs.path(digest))))).flat();
    const machine = architecture === 'arm64' ? 183 : 62;
    const programs = parts.filter(({ path: at }) => at.endsWith('.node') || at === 'slipway/init');
    expect(programs.map(({ content }) => content.readUInt16LE(18))).toEqual([machine, machine]);
  });

  it('is said to be missing where the installation lacks it', async () => {
    const installed = mkdtempSync(path.join(folder, 'installed-'));
    cpSync('dist', path.join(installed, 'dist'), { recursive: true });
    cpSync('package.json', path.join(installed, 'package.json'));
    execFileSync('ln', ['-s', path.resolve('node_modules'), path.join(installed, 'node_modules')]);
    writeFileSync(path.join(installed, 'dist/server-image/server.mjs'), 'changed');
    const cwd = createFolder().path;
    const words = [path.join(installed, 'dist/cli.mjs'), 'kubernetes', 'image', '-o', 'json'];
    const child = spawn(process.execPath, words, { cwd });
    let text = '';
    for await (const chunk of child.stdout) text += chunk;
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'IMAGE_RUNTIME_MISSING' } });
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  let said = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  return until(() => (text.includes('\n') ? text.trim() : undefined), {
    describe: () => `the server does not start: ${said}`,
  });
}
