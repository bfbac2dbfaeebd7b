import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import type { ImageConfig } from '../../../src/functions/image/oci/manifest.ts';
import {
  buildFunctionImage,
  type FunctionImage,
  type FunctionImageRequest,
} from '../../../src/projects/build-function-image.ts';
import { openWorkspace } from '../../../src/projects/open-workspace.ts';
import { parseProject } from '../../../src/projects/parse-project.ts';
import { resolveFunction } from '../../../src/projects/resolve-function.ts';
import { cacheDirectory } from '../../../src/projects/workspace.ts';
import { canMount, mountDisk } from '../../tracking/mount-disk.ts';
import { writeFiles } from '../package-source.ts';
import { imageProject } from './function-image.ts';

const source = 'export const add = (ctx: unknown, { a = 1 }: { a?: number }) => a + 1;\n';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-project-image-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds `add.ts` of a project with this project.yaml; gives the image with its config. */
async function build(
  project: string,
  request: FunctionImageRequest = {},
): Promise<FunctionImage & { readonly config: ImageConfig }> {
  writeFiles(folder, { 'add.ts': source, 'project.yaml': project });
  const workspace = await openWorkspace({ directory: folder, env: {} });
  try {
    const built = await buildFunctionImage(workspace, await resolveFunction(workspace, 'add.ts'), request);
    const blobs = openBlobStore(cacheDirectory(workspace.project));
    return { ...built, config: JSON.parse(blobs.read(built.image.config.digest).toString()) };
  } finally {
    await workspace.close();
  }
}

describe('the image of project.yaml', () => {
  const settings =
    'name: demo\nimage:\n  env: { LEVEL: info, A: "1" }\n  labels: { team: ml }\n  user: "1000"\n';

  it('says how images of its functions are built; what is asked for adds to it or takes its place', async () => {
    const { config } = await build(settings, { recipe: { env: { LEVEL: 'debug' }, user: '2000' } });
    expect(config.config?.Env).toEqual(expect.arrayContaining(['A=1', 'LEVEL=debug']));
    expect(config.config?.Labels).toMatchObject({ team: 'ml' });
    expect(config.config?.User).toBe('2000');
  });

  it('names the archive’s image after the function', async () => {
    const output = path.join(folder, 'image.tar');
    const named = 'name: demo\nimage: { name: "registry.example.com/team/{function}" }\n';
    const { delivered } = await build(named, { output, archiveFormat: 'docker' });
    expect(delivered.file).toBe(output);
    await expect(
      build('name: demo\nimage: { name: "r.example.com/{what}" }\n', { output }),
    ).rejects.toMatchObject({
      code: 'IMAGE_OPTIONS_INVALID',
      message: 'image name "r.example.com/{what}" has a placeholder that is not known',
    });
  });

  it('must have a name where the image is to be pushed under it', async () => {
    await expect(build('name: demo\n', { push: true })).rejects.toMatchObject({
      code: 'IMAGE_OPTIONS_INVALID',
      message: 'the image of function "add" cannot be pushed: it has no name',
    });
  });

  it('is no place for a secret of the project', async () => {
    const secret = 'name: demo\nsecrets: [TOKEN]\nimage: { env: { TOKEN: abc } }\n';
    await expect(build(secret)).rejects.toMatchObject({ code: 'IMAGE_OPTIONS_INVALID' });
  });

  it('may be a text, which names a ready image', () => {
    expect(parseProject('name: demo\nimage: node:22-slim\n', 'project.yaml').image).toBe('node:22-slim');
  });

  it.each([
    ['name: demo\nimage: { bse: x }\n', 'unknown key "bse" (did you mean "base"?)'],
    ['name: demo\nimage: { base_image: x }\n', 'unknown key "base_image" (write base)'],
    ['name: demo\nimage: [x]\n', '"image" expects text, got a list'],
    ['name: demo\nimage: { commands: apt }\n', '"image.commands" expects a list, got "apt" (string)'],
  ])('is refused as %j', (text, message) => {
    expect(() => parseProject(text, 'project.yaml')).toThrow(message);
  });
});

describe.runIf(canMount)('a disk that is too small for an image', () => {
  it('is named, and keeps nothing half-written', async () => {
    const disk = mountDisk('20m');
    const project = imageProject(path.join(folder, 'small'), disk);
    project.write({ 'add.ts': source });
    await expect(project.build('add.ts')).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('cannot be written: the disk is full'),
    });
    expect(readdirSync(path.join(disk, 'images/incoming'))).toEqual([]);
    expect(readdirSync(path.join(disk, 'images'))).not.toContain('built');
  });
});
