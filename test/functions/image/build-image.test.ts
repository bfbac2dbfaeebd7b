import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltImage } from '../../../src/functions/image/image-request.ts';
import { notebookText } from '../../notebooks/notebook-text.ts';
import { type ImageProject, imageProject } from './function-image.ts';

const train = 'async function train(ctx: unknown, { depth = 4 }: { depth?: number }) { return { depth } }';
const cells = ["const other = 'never in an image'\nconsole.log(other)", train];

let folder: string;
let project: ImageProject;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-build-image-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Projects of one folder share a cache, so that the base is made once. */
const openProject = (name: string, cache = 'cache'): ImageProject => {
  const opened = imageProject(path.join(folder, name), path.join(folder, cache));
  opened.write({ 'train.ipynb': notebookText(cells) });
  return opened;
};

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: project.root,
    encoding: 'utf8',
    env: { ...process.env, GIT_COMMITTER_DATE: '2024-05-06T07:08:09Z' },
  });

describe('the image of a function', () => {
  let image: BuiltImage;
  beforeAll(async () => {
    project = openProject('one');
    image = await project.build('train.ipynb');
  });

  it('is base, packages of the runner, runner and bundle, the rarest to change lowest', () => {
    expect(image.explain.map(({ name }) => name)).toEqual(['base', 'runtime-packages', 'runtime', 'bundle']);
    expect(image.layers.map(({ digest }) => digest)).toEqual(image.explain.map(({ digest }) => digest));
    expect(image.explain.at(-1)?.size).toBeLessThan(50_000);
  });

  it('starts the runner by an init, as a user without rights, in a folder that is not writable', async () => {
    expect(project.config(image).config).toMatchObject({
      Entrypoint: ['/slipway/init', 'node', '/slipway/runner.mjs'],
      User: '65532:65532',
      WorkingDir: '/work',
      Env: expect.arrayContaining([expect.stringMatching(/^PATH=\/usr\/local\/bin:/)]),
    });
    const runtime = await project.layer(image, 'runtime');
    const modes = Object.fromEntries(runtime.map((file) => [file.path, file.mode.toString(8)]));
    expect(modes).toMatchObject({ 'slipway/init': '755', 'slipway/runner.mjs': '644', 'work/': '755' });
  });

  it('holds the bundle and its contract, and nothing else of this machine', async () => {
    const files = (await project.layer(image, 'bundle')).filter(({ type }) => type === 'file');
    expect(files.map((file) => file.path)).toEqual([
      'slipway/bundle/function.yaml',
      'slipway/bundle/main.mjs',
      'slipway/bundle/main.mjs.map',
      'slipway/bundle/manifest.json',
    ]);
    for (const { content } of files) expect(content.toString()).not.toContain(folder);
  });

  it('dates everything 1970 and gives it to root', async () => {
    for (const name of image.explain.map((layer) => layer.name)) {
      const files = await project.layer(image, name);
      expect(files.filter(({ uid, gid, mtime }) => uid !== 0 || gid !== 0 || mtime !== 0)).toEqual([]);
      expect(files.map((file) => file.path.replace(/\/$/, ''))).toEqual(
        files.map((file) => file.path.replace(/\/$/, '')).sort(),
      );
    }
  });

  it('has no other cell and no secret of the environment in any of its parts', async () => {
    process.env.SLIPWAY_TEST_SECRET = 'hush-a-value-that-must-not-leak';
    try {
      project.write({ 'secret.ipynb': notebookText([...cells, train.replace('train', 'secretly')]) });
      const other = await project.build('secret.ipynb');
      const texts = [Buffer.from('never in an image'), Buffer.from('hush-a-value-that-must-not-leak')];
      const blobs = path.dirname(project.blobs.path(other.manifest.digest));
      for (const name of readdirSync(blobs)) {
        const bytes = readFileSync(path.join(blobs, name));
        expect(texts.filter((text) => bytes.includes(text))).toEqual([]);
      }
    } finally {
      delete process.env.SLIPWAY_TEST_SECRET;
    }
  });

  it('is not built again when nothing has changed', async () => {
    const again = await project.build('train.ipynb');
    expect(again).toMatchObject({ reused: true, manifest: image.manifest });
    expect(again.explain.map(({ reason }) => reason)).toEqual(Array(4).fill('nothing changed'));
  });

  it('changes its bundle layer alone with a line of code, and says which files changed', async () => {
    project.write({ 'train.ipynb': notebookText([cells[0] ?? '', train.replace('= 4', '= 5')]) });
    const changed = await project.build('train.ipynb');
    expect(changed.explain.map(({ reused }) => reused)).toEqual([true, true, true, false]);
    expect(changed.explain.at(-1)?.reason).toBe(
      'main.mjs, main.mjs.map, manifest.json, function.yaml changed',
    );
    expect(changed.layers.slice(0, 3)).toEqual(image.layers.slice(0, 3));
    expect(changed.manifest.digest).not.toBe(image.manifest.digest);
  });

  it('is the same when the outputs of the notebook change, and when its files are touched', async () => {
    project.write({
      'train.ipynb': notebookText([
        cells[0] ?? '',
        { source: train, outputs: [{ output_type: 'stream', name: 'stdout', text: 'x' }] },
      ]),
    });
    utimesSync(path.join(project.root, 'train.ipynb'), new Date(), new Date());
    expect((await project.build('train.ipynb')).manifest).toEqual(image.manifest);
  });

  it('has the same digest from another folder, with another cache', async () => {
    const elsewhere = openProject('two/deeper', 'another-cache');
    const built = await elsewhere.build('train.ipynb');
    expect(built.reused).toBe(false);
    expect(built.layers).toEqual(image.layers);
    expect(built.manifest).toEqual(image.manifest);
    expect(built.attachments).toEqual(image.attachments);
    rmSync(path.join(folder, 'another-cache'), { recursive: true });
  });

  it('comes out whole when two build it at once', async () => {
    const [a, b] = await Promise.all(
      ['three', 'four'].map((name) => openProject(name, 'shared-cache').build('train.ipynb')),
    );
    expect(a?.manifest).toEqual(image.manifest);
    expect(b?.manifest).toEqual(image.manifest);
    const incoming = path.join(folder, 'shared-cache/images/incoming');
    expect(readdirSync(incoming)).toEqual([]);
    rmSync(path.join(folder, 'shared-cache'), { recursive: true });
  });

  it('is put together again when a part of it is gone from the cache', async () => {
    const bundle = image.layers.at(-1);
    rmSync(project.blobs.path(bundle?.digest ?? ''));
    const again = await project.build('train.ipynb');
    expect(again.manifest).toEqual(image.manifest);
    expect(project.blobs.has(bundle?.digest ?? '')).toBe(true);
    expect(again.explain.at(-1)).toMatchObject({ reused: false, reason: 'not in the cache any more' });
  });
});

describe('the config of an image', () => {
  beforeAll(() => {
    project = openProject('config');
  });

  it('takes variables, labels and a user', async () => {
    const image = await project.build('train.ipynb', {
      env: { LEVEL: 'debug', A: '1' },
      labels: { team: 'ml' },
      user: '1000:1000',
    });
    const { config } = project.config(image);
    expect(config?.Env?.slice(-2)).toEqual(['A=1', 'LEVEL=debug']);
    expect(config?.User).toBe('1000:1000');
    expect(config?.Labels).toMatchObject({
      team: 'ml',
      'slipway.function': 'train',
      'slipway.bundle': image.bundle,
      'slipway.source': 'train.ipynb',
      'org.opencontainers.image.created': '1970-01-01T00:00:00Z',
    });
  });

  it('names the commit, whether the sources differ from it, and its date', async () => {
    rmSync(path.join(project.root, '.git'), { recursive: true, force: true });
    project.write({ 'train.ipynb': notebookText(cells) });
    git('init', '-q');
    git('add', 'train.ipynb');
    git('commit', '-qm', 'first');
    const commit = git('rev-parse', 'HEAD').trim();
    const clean = project.config(await project.build('train.ipynb')).config?.Labels;
    expect(clean).toMatchObject({
      'org.opencontainers.image.revision': commit,
      'org.opencontainers.image.created': '2024-05-06T07:08:09Z',
      'slipway.source.dirty': 'false',
    });
    project.write({ 'notes.txt': 'another file' });
    expect((await project.build('train.ipynb')).reused).toBe(true);
    project.write({ 'train.ipynb': notebookText(['1', ...cells]) });
    expect(project.config(await project.build('train.ipynb')).config?.Labels).toMatchObject({
      'slipway.source.dirty': 'true',
    });
    const dated = await project.build('train.ipynb', {}, { env: { SOURCE_DATE_EPOCH: '86400' } });
    expect(project.config(dated).created).toBe('1970-01-02T00:00:00Z');
  });

  it.each([
    [{ user: 'a b' }, 'user "a b" of the image cannot be set'],
    [{ env: { 'NO WAY': '1' } }, 'environment variable "NO WAY" of the image cannot be set'],
    [{ env: { TOKEN: 'x' } }, '"TOKEN" is a secret of the project and cannot go into an image'],
    [{ labels: { 'a=b': '1' } }, 'label "a=b" of the image cannot be set'],
    [{ requirements: ['../evil'] }, 'requirement "../evil" is not the name of a package'],
    [{ requirements: ['lodash@^4'] }, 'requirement "lodash@^4" has no exact version'],
    [{ commands: ['apt-get update'] }, 'commands cannot run on the base "self": it has no shell'],
    [{ base: ' ' }, 'the base image is empty'],
  ])('refuses %j before anything is made', async (recipe, message) => {
    await expect(project.build('train.ipynb', recipe, { secrets: ['TOKEN'] })).rejects.toMatchObject({
      code: 'IMAGE_OPTIONS_INVALID',
      message,
      hint: expect.stringMatching(/\w/),
    });
  });

  it('refuses another platform on this machine’s own Node', async () => {
    const platform = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
    await expect(project.build('train.ipynb', { platform })).rejects.toMatchObject({
      code: 'IMAGE_BASE_UNAVAILABLE',
      message: expect.stringContaining(`"${platform}" was asked for`),
      hint: 'give a base image for that platform: --base node:22-slim',
    });
  });
});
