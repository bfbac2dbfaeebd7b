import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { missingVersions, nodeBinaries } from '../../package/node-binaries.ts';
import { describeWith } from '../../setup/components.ts';
import { type Registry, startRegistry } from '../../support/start-registry.ts';
import { writeFiles } from '../package-source.ts';

const cli = path.resolve('dist/cli.mjs');
const source = `import type { Context } from 'slipway';
/** Adds. */
export async function add(ctx: Context, { a = 1, b = 2 }: { a?: number; b?: number }) { return { sum: a + b }; }
`;

let folder: string;

interface Answer {
  readonly status: number | null;
  readonly stderr: string;
  readonly image: {
    readonly digest: string;
    readonly size: number;
    readonly reused: boolean;
    readonly reference?: string;
    readonly uploaded?: readonly string[];
    readonly mounted?: readonly string[];
    readonly layers: readonly { readonly name: string; readonly reused: boolean; readonly reason: string }[];
    readonly attachments: readonly { readonly type: string; readonly digest: string }[];
  };
}

function build(
  args: readonly string[],
  options: { readonly node?: string; readonly cwd?: string } = {},
): Answer {
  const { node = process.execPath, cwd = folder } = options;
  const { status, stdout, stderr } = spawnSync(node, [cli, 'build', ...args, '-o', 'json'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stderr, image: status === 0 ? JSON.parse(stdout).image : {} };
}

const addInto = (directory: string): void => writeFiles(directory, { 'add.ts': source });

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-deliver-'));
  addInto(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWith(['registry', 'skopeo'], 'slipway build --push', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('brings an image to a registry, where another client finds it with labels, SBOM and provenance', () => {
    const { image, stderr } = build(['add.ts', '--push', `${registry.host}/team/add:1`]);
    expect(stderr).toBe('');
    expect(image.reference).toBe(`${registry.host}/team/add@${image.digest}`);
    const inspect = (...args: readonly string[]): Record<string, unknown> =>
      JSON.parse(execFileSync('skopeo', ['inspect', '--tls-verify=false', ...args], { encoding: 'utf8' }));
    const found = inspect(`docker://${registry.host}/team/add:1`);
    expect(found).toMatchObject({ Digest: image.digest, Labels: { 'slipway.function': 'add' } });
    expect(image.attachments.map(({ type }) => type)).toEqual([
      'application/vnd.cyclonedx+json',
      'application/vnd.in-toto+json',
    ]);
    for (const { type, digest } of image.attachments)
      expect(inspect('--raw', `docker://${registry.host}/team/add@${digest}`)).toMatchObject({
        artifactType: type,
        subject: { digest: image.digest },
      });
  });

  it('uploads nothing when nothing has changed', () => {
    const { image } = build(['add.ts', '--push', `${registry.host}/team/add:1`]);
    expect(image).toMatchObject({ reused: true, uploaded: [] });
  });

  it('uploads the bundle layer alone, with what describes the image, when a line has changed', () => {
    onTestFinished(() => addInto(folder));
    // what was uploaded before, in a first try of this test too, is not uploaded again
    writeFiles(folder, { 'add.ts': source.replace('a + b', `a + b + ${Date.now()}`) });
    const { image } = build(['add.ts', '--push', `${registry.host}/team/add:2`]);
    expect(image.layers.filter(({ reused }) => !reused).map(({ name }) => name)).toEqual(['bundle']);
    // layer, config, SBOM and provenance
    expect(image.uploaded).toHaveLength(4);
  });

  it('builds on an image of the registry, resolved to its digest', () => {
    const { image } = build([
      'add.ts',
      '--base',
      `${registry.host}/team/add:1`,
      '--push',
      `${registry.host}/based`,
    ]);
    expect(image.layers[0]?.reason).toContain(`base image "${registry.host}/team/add:1" (sha256:`);
    expect(image.mounted?.length).toBeGreaterThan(0);
    const raw = execFileSync(
      'skopeo',
      ['inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/based:latest`],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(raw).annotations).toMatchObject({
      'org.opencontainers.image.base.name': `${registry.host}/team/add:1`,
      'org.opencontainers.image.base.digest': expect.stringMatching(/^sha256:/),
    });
  });

  it('is named in the function.yaml that is written with it', () => {
    const file = path.join(folder, 'function.yaml');
    const { image } = build(['add.ts', '--push', `${registry.host}/team/add:1`, '--output', file]);
    const { spec } = parse(readFileSync(file, 'utf8'));
    expect(spec.image).toEqual({
      digest: image.digest,
      platform: expect.stringMatching(/^linux\//),
      base: { reference: 'self', digest: expect.stringMatching(/^sha256:/) },
      reference: image.reference,
    });
    // the file stands for the same function, and gives the same image
    expect(build([file, '--base', 'self']).image.layers.at(-1)?.name).toBe('bundle');
  });

  it('says with exit code 3 that a base does not exist', () => {
    expect(build(['add.ts', '--base', `${registry.host}/no/such:1`])).toMatchObject({ status: 3 });
  });
});

describe('slipway build --output image.tar', () => {
  it.each(nodeBinaries)(
    'gives the same image on Node $major',
    ({ binary }) => {
      // one base for all: what "self" copies is each Node's own
      const base = path.join(folder, 'base.tar');
      if (!existsSync(base)) expect(build(['add.ts', '--output', base])).toMatchObject({ status: 0 });
      const own = build(['add.ts', '--base', base]);
      const elsewhere = mkdtempSync(path.join(tmpdir(), 'slipway-node-'));
      try {
        addInto(elsewhere);
        const { image } = build(['add.ts', '--base', base], { node: binary, cwd: elsewhere });
        expect(image.digest).toBe(own.image.digest);
        expect(image.attachments).toEqual(own.image.attachments);
      } finally {
        rmSync(elsewhere, { recursive: true, force: true });
      }
    },
    60_000,
  );

  it('is tried on all supported versions in CI', () => {
    if (process.env.CI === 'true') expect(missingVersions).toEqual([]);
  });

  it.each([
    [['--output', 'no/such/image.tar'], 3, 'folder "'],
    [['--output', 'image.tar', '--load'], 2, 'an image cannot be delivered by load and output at once'],
    [
      ['--output', 'image.tar.gz'],
      2,
      '--output "image.tar.gz" is a compressed archive, which is not written',
    ],
    [['--archive-format', 'docker'], 2, 'an archive format was given, but no archive to write'],
    [['--push', 'Not A Name'], 2, '"Not A Name" is not a name of an image'],
    [['--platform', 'amiga'], 2, '"amiga" is not a platform'],
    [['--push', `r.example.com/x@sha256:${'0'.repeat(64)}`], 2, 'an image cannot be pushed to the digest'],
  ])('refuses %j with exit code %i', (args, status, message) => {
    const answer = spawnSync(process.execPath, [cli, 'build', 'add.ts', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(answer.stderr).toContain(message);
    expect(answer.status).toBe(status);
  });

  it('says that a folder may not be written to', () => {
    const locked = mkdtempSync(path.join(folder, 'locked-'));
    chmodSync(locked, 0o500);
    const { status, stderr } = build(['add.ts', '--output', path.join(locked, 'image.tar')]);
    // root writes everywhere
    if (process.getuid?.() === 0) expect(status).toBe(0);
    else
      expect({ status, stderr }).toMatchObject({ status: 4, stderr: expect.stringContaining('may not be') });
  });
});

describeWith(['docker'], 'slipway build --load', () => {
  const name = `slipway-test/load-${process.pid}`;
  const docker = (...args: readonly string[]): string => execFileSync('docker', args, { encoding: 'utf8' });
  afterAll(() => spawnSync('docker', ['rmi', '-f', name]));

  it('gives an image that runs with a read-only root, no capabilities, no network and any user', () => {
    const { image, stderr } = build(['add.ts', '--load', '--image', `${name}:latest`]);
    expect(stderr).toBe('');
    const program = `
      const fs = require('fs');
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      let writable = true;
      try { fs.writeFileSync('/work/x', ''); } catch { writable = false; }
      import('/slipway/bundle/main.mjs').then(async ({ add }) => console.log(JSON.stringify({
        uid: process.getuid(), cwd: process.cwd(), writable, parent: fs.readFileSync('/proc/1/comm', 'utf8').trim(),
        capabilities: /CapEff:\\s*(\\w+)/.exec(status)[1], result: await add({}, { a: 2 }),
      })));`;
    const answer = docker(
      ...['run', '--rm', '--read-only', '--cap-drop', 'ALL', '--network', 'none', '--user', '4711:42'],
      ...['--entrypoint', '/slipway/init', `${name}:latest`, 'node', '-e', program],
    );
    expect(JSON.parse(answer)).toEqual({
      uid: 4711,
      cwd: '/work',
      writable: false,
      parent: 'init',
      capabilities: '0000000000000000',
      result: { sum: 4 },
    });
    expect(docker('inspect', '-f', '{{.Config.User}} {{.Config.Entrypoint}}', name).trim()).toBe(
      '65532:65532 [/slipway/init node /slipway/runner.mjs]',
    );
    expect(image.size).toBeGreaterThan(0);
  });

  it('gives the runner everything that it loads: tables, Parquet, the index', () => {
    const program = `
      const load = require('module').createRequire('/slipway/runtime/dist/runner.mjs');
      const { DatabaseSync } = load('@photostructure/sqlite');
      const database = new DatabaseSync(':memory:');
      console.log(JSON.stringify([
        load('apache-arrow').tableFromArrays({ a: [1] }).numRows, load('@duckdb/node-api').version(),
        database.prepare('select 40 + 2 as n').get().n, load('yaml').parse('a: 1').a,
      ]));`;
    const answer = docker('run', '--rm', '--read-only', '--entrypoint', 'node', name, '-e', program);
    expect(JSON.parse(answer)).toEqual([1, expect.stringMatching(/^v\d/), 42, 1]);
  });
});
