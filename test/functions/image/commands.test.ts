import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../../src/core/id.ts';
import { describeWith } from '../../setup/components.ts';
import { imageProject } from './function-image.ts';

const name = `slipway-test/shell-${process.pid}`;
const docker = (...args: readonly string[]): string =>
  execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

let folder: string;
/** Images that the base is loaded as. */
const left: string[] = [];

/** An image with Node and a shell, as an archive. */
function makeBase(): string {
  const root = path.join(folder, 'root');
  for (const program of [process.execPath, '/bin/sh']) {
    const libraries =
      execFileSync('ldd', [realpathSync(program)], { encoding: 'utf8' }).match(/\/[^ )]+/g) ?? [];
    for (const file of [program, ...libraries]) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      cpSync(realpathSync(file), path.join(root, file));
    }
  }
  mkdirSync(path.join(root, 'etc'));
  execFileSync('tar', ['-C', root, '-cf', path.join(folder, 'root.tar'), '.']);
  docker('import', '-c', 'ENV PATH=/usr/bin:/usr/local/bin:/bin', path.join(folder, 'root.tar'), name);
  const archive = path.join(folder, 'base.tar');
  docker('save', '-o', archive, name);
  return archive;
}

describeWith(['docker'], 'commands on the base of an image', () => {
  let base: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-commands-'));
    base = makeBase();
  });
  afterAll(() => {
    const recorded = path.join(folder, 'cache/images/commands');
    const made = existsSync(recorded) ? readdirSync(recorded) : [];
    const commanded = made.map((file) => `slipway/commands:${file.slice(0, 12)}`);
    spawnSync('docker', ['rmi', '-f', name, `${name}-built`, ...left, ...commanded]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('run once; what they made lies below the layers of the function, which are the same as without them', async () => {
    const project = imageProject(path.join(folder, 'project'), path.join(folder, 'cache'));
    project.write({ 'add.ts': 'export const add = (ctx: unknown, { a = 1 }: { a?: number }) => a + 1;\n' });
    const plain = await project.build('add.ts', { base });
    left.push(`slipway/base:${plain.base.digest.slice(7, 19)}`);
    const commands = [`echo 'hello there' > /etc/greeting # ${createUid()}`];
    const image = await project.build('add.ts', { base, commands });
    expect(image.explain[0]).toMatchObject({
      reused: false,
      reason: expect.stringMatching(/^a command on base image "base\.tar" \(sha256:/),
    });
    expect(image.layers.slice(-3)).toEqual(plain.layers.slice(-3));
    expect(image.layers.length).toBeGreaterThan(plain.layers.length);
    expect(await project.build('add.ts', { base, commands })).toMatchObject({
      reused: true,
      manifest: image.manifest,
    });
    const { loadIntoDocker } = await import('../../../src/functions/image/docker/load-image.ts');
    await loadIntoDocker(image, `${name}-built`, { blobs: project.blobs });
    const program = "console.log(require('fs').readFileSync('/etc/greeting', 'utf8').trim())";
    const printed = docker(
      ...['run', '--rm', '--read-only', '--entrypoint', '/slipway/init', `${name}-built`],
      ...['node', '-e', program],
    );
    expect(printed).toBe('hello there\n');
  });

  it('that fail say which, with what it printed, and leave no image', async () => {
    const project = imageProject(path.join(folder, 'project'), path.join(folder, 'cache'));
    await expect(
      project.build('add.ts', { base, commands: ['echo the reason; exit 4'] }),
    ).rejects.toMatchObject({
      code: 'DOCKER_BUILD_FAILED',
      message: expect.stringContaining('"echo the reason; exit 4" for the base image ended with exit code 4'),
      hint: expect.stringContaining('the reason'),
    });
  });
});
