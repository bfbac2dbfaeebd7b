import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageProject, imageProject } from './function-image.ts';

interface Release {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly archive: Buffer;
}

let folder: string;
let registry: Server;
const releases: Release[] = [];

/** A registry of packages in which a release can appear between two builds. */
function startNpmRegistry(): Promise<Server> {
  const server = createServer((request, response) => {
    const name = request.url?.split('/')[1] ?? '';
    const own = releases.filter(({ manifest }) => manifest.name === name);
    const archive = own.find(({ manifest }) => request.url?.endsWith(`/${manifest.version}.tgz`));
    if (archive) return void response.end(archive.archive);
    const base = `http://${request.headers.host}`;
    const versions = own.map(({ manifest }) => [
      manifest.version,
      { ...manifest, dist: { tarball: `${base}/${name}/${manifest.version}.tgz` } },
    ]);
    response.statusCode = own.length === 0 ? 404 : 200;
    const latest = own.at(-1)?.manifest.version;
    response.end(JSON.stringify({ name, versions: Object.fromEntries(versions), 'dist-tags': { latest } }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function publish(name: string, version: string, dependencies: Readonly<Record<string, string>> = {}): void {
  const source = mkdtempSync(path.join(folder, 'release-'));
  const manifest = { name, version, main: 'index.js', dependencies };
  mkdirSync(path.join(source, 'package'));
  writeFileSync(path.join(source, 'package/package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(source, 'package/index.js'), `module.exports = '${version}';\n`);
  releases.push({ manifest, archive: execFileSync('tar', ['-C', source, '-cz', 'package']) });
}

/** A project on a machine of its own: nothing is in its cache. */
function machine(name: string): ImageProject {
  const project = imageProject(path.join(folder, name), path.join(folder, `${name}-cache`));
  const { port } = registry.address() as AddressInfo;
  project.write({
    'add.ts': 'export const add = (ctx: unknown, { a = 1 }: { a?: number }) => a + 1;\n',
    '.npmrc': `registry=http://127.0.0.1:${port}/\ncache=${path.join(folder, `${name}-npm`)}\n`,
  });
  return project;
}

const packages = async (project: ImageProject): Promise<readonly [string, readonly string[]]> => {
  const image = await project.build('add.ts', { requirements: ['left-out@1.0.0'] });
  const files = await project.layer(image, 'dependencies');
  const manifests = files.filter((file) => file.path.endsWith('/package.json'));
  const found = manifests.map(
    ({ content }) => JSON.parse(String(content)) as { name: string; version: string },
  );
  return [image.manifest.digest, found.map(({ name, version }) => `${name}@${version}`).sort()];
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-requirements-'));
  registry = await startNpmRegistry();
  publish('left-out', '1.0.0', { below: '^1.0.0' });
  publish('below', '1.0.0');
});
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a requirement that the project has not installed', () => {
  it('gives the same image later and elsewhere: the lock beside project.yaml keeps what npm chose', async () => {
    const here = machine('here');
    const [digest, chosen] = await packages(here);
    expect(chosen).toEqual(['below@1.0.0', 'left-out@1.0.0']);
    const lock = path.join(here.root, 'requirements.lock.json');
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({
      lockVersion: 1,
      requirements: { 'left-out@1.0.0': { 'node_modules/below': { version: '1.0.0' } } },
    });

    publish('below', '1.1.0');
    const there = machine('there');
    cpSync(lock, path.join(there.root, 'requirements.lock.json'));
    expect(await packages(there)).toEqual([digest, chosen]);

    const without = machine('without');
    expect((await packages(without))[1]).toEqual(['below@1.1.0', 'left-out@1.0.0']);
    expect(existsSync(path.join(without.root, 'requirements.lock.json'))).toBe(true);
  });

  it('is refused where the lock cannot be read', async () => {
    const project = machine('damaged');
    project.write({ 'requirements.lock.json': '<<<<<<< HEAD\n' });
    await expect(packages(project)).rejects.toMatchObject({
      code: 'IMAGE_OPTIONS_INVALID',
      message: expect.stringContaining('is no lock of requirements'),
      hint: expect.stringContaining('version control'),
    });
  });
});
