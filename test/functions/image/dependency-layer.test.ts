import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BuiltImage } from '../../../src/functions/image/image-request.ts';
import { type ImageProject, imageProject } from './function-image.ts';
import { machineCode, packageFiles } from './native-package.ts';

let folder: string;
let count = 0;
let project: ImageProject;

const host = process.arch === 'arm64' ? 'arm64' : 'x64';
const other = host === 'x64' ? 'arm64' : 'x64';
const source =
  "import { n } from 'native-one';\nexport const train = (ctx: unknown, { depth = 1 }: { depth?: number }) => n + depth;\n";
const addon = { gypfile: true };

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-dependencies-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  count += 1;
  project = imageProject(path.join(folder, `project-${count}`), path.join(folder, 'cache'));
  project.write({ 'train.ts': source });
});

async function packagePaths(image: BuiltImage): Promise<string[]> {
  const files = await project.layer(image, 'dependencies');
  return files
    .filter(({ type }) => type !== 'directory')
    .map((file) => file.path.replace('slipway/node_modules/', ''));
}

describe('the dependency layer', () => {
  it('holds packages left out of the bundle with all that they need, at the installed versions', async () => {
    project.write({
      ...packageFiles('native-one', { ...addon, dependencies: { helper: '1', shared: '^2' } }),
      ...packageFiles('helper', { dependencies: { shared: '^1' }, devDependencies: { unused: '1' } }),
      ...packageFiles('shared', { version: '1.5.0' }),
      ...packageFiles('shared', { version: '2.0.0' }, undefined, 'node_modules/native-one/node_modules'),
      ...packageFiles('unused', {}),
    });
    const image = await project.build('train.ts');
    expect(await packagePaths(image)).toEqual([
      'helper/index.js',
      'helper/node_modules/shared/index.js',
      'helper/node_modules/shared/package.json',
      'helper/package.json',
      'native-one/index.js',
      'native-one/package.json',
      'shared/index.js',
      'shared/package.json',
    ]);
    const files = await project.layer(image, 'dependencies');
    const version = (at: string): string =>
      JSON.parse(
        files.find((file) => file.path === `slipway/node_modules/${at}/package.json`)?.content.toString() ??
          '{}',
      ).version;
    expect([version('shared'), version('helper/node_modules/shared')]).toEqual(['2.0.0', '1.5.0']);
  });

  it('leaves out machine code for other systems, processors and C libraries', async () => {
    const code = (name: string): string => `bin/napi-v6/${name}/binding.node`;
    project.write(
      packageFiles(
        'native-one',
        {},
        {
          'index.js': 'exports.n = 1;',
          'README.md': 'docs stay',
          'lib/binding/x.node': machineCode(`linux-${host}`),
          [code(`linux/${host}`)]: machineCode(`linux-${host}`),
          [code(`linux/${other}`)]: machineCode(`linux-${other}`),
          [code('darwin/arm64')]: machineCode('darwin-arm64'),
          [code('win32/x64')]: machineCode('win32-x64'),
          [`prebuilds/linux-${host}/x.musl.node`]: machineCode(`linux-${host}`),
          [`prebuilds/linux-${host}/x.glibc.node`]: machineCode(`linux-${host}`),
          'bin/tool': machineCode(`linux-${host}`),
        },
      ),
    );
    expect(await packagePaths(await project.build('train.ts'))).toEqual([
      'native-one/README.md',
      `native-one/bin/napi-v6/linux/${host}/binding.node`,
      'native-one/bin/tool',
      'native-one/index.js',
      'native-one/lib/binding/x.node',
      'native-one/package.json',
      `native-one/prebuilds/linux-${host}/x.glibc.node`,
    ]);
  });

  it('takes the part of a package that is for the platform', async () => {
    project.write({
      ...packageFiles('native-one', {
        optionalDependencies: { [`native-one-linux-${host}`]: '1.0.0', 'native-one-win32-x64': '1.0.0' },
      }),
      ...packageFiles(`native-one-linux-${host}`, { os: ['linux'], cpu: [host] }),
      ...packageFiles('native-one-win32-x64', { os: ['win32'], cpu: ['x64'] }),
    });
    expect(await packagePaths(await project.build('train.ts'))).toEqual([
      `native-one-linux-${host}/index.js`,
      `native-one-linux-${host}/package.json`,
      'native-one/index.js',
      'native-one/package.json',
    ]);
  });

  it('is shared by functions that need the same packages, and says with which', async () => {
    project.write(packageFiles('native-one', addon));
    const first = await project.build('train.ts');
    project.write({ 'other.ts': source.replace('train', 'evaluate') });
    const second = await project.build('other.ts');
    const report = second.explain.find(({ name }) => name === 'dependencies');
    expect(report).toMatchObject({
      reused: true,
      reason: 'the same packages as in the image of function "train"',
      digest: first.explain.find(({ name }) => name === 'dependencies')?.digest,
    });
  });

  it('is made anew for another version, and says what changed', async () => {
    project.write(packageFiles('native-one', addon));
    await project.build('train.ts');
    project.write(packageFiles('native-one', { ...addon, version: '1.1.0' }));
    const image = await project.build('train.ts');
    expect(image.explain.find(({ name }) => name === 'dependencies')).toMatchObject({
      reused: false,
      reason: 'added native-one@1.1.0; without native-one@1.0.0',
    });
  });

  it('adds requirements at the version of the project', async () => {
    project.write({
      ...packageFiles('native-one', addon),
      ...packageFiles('@scope/extra', { version: '3.2.1' }),
    });
    const image = await project.build('train.ts', { requirements: ['@scope/extra'] });
    expect(await packagePaths(image)).toContain('@scope/extra/index.js');
  });

  it('prunes DuckDB, as it is installed here, to one platform', async () => {
    mkdirSync(path.join(project.root, 'node_modules'));
    symlinkSync(realpathSync('node_modules/@duckdb'), path.join(project.root, 'node_modules/@duckdb'));
    project.write({
      'train.ts': "import { version } from '@duckdb/node-api';\nexport const train = () => version();\n",
    });
    const image = await project.build('train.ts');
    const paths = await packagePaths(image);
    expect(paths.filter((file) => file.endsWith('.node'))).toEqual([
      `@duckdb/node-bindings-linux-${host}/duckdb.node`,
    ]);
  });
});

describe('a package that cannot go into an image', () => {
  it.each([
    [
      'needs one that is not installed',
      () => packageFiles('native-one', { ...addon, dependencies: { gone: '1' } }),
      {
        code: 'PACKAGE_NOT_FOUND',
        message: 'package "gone", which "native-one@1.0.0" needs, is not installed',
        hint: expect.stringContaining('npm ci'),
      },
    ],
    [
      'has only machine code for other platforms',
      () =>
        packageFiles(
          'native-one',
          {},
          {
            'index.js': 'exports.n = 1;',
            'build/Release/x.node': machineCode(`linux-${other}`),
          },
        ),
      {
        code: 'IMAGE_PACKAGE_PLATFORM',
        message: expect.stringMatching(/^native package "native-one@1\.0\.0" has no build for linux\//),
        hint: expect.stringContaining('install the packages of the project again here'),
      },
    ],
    [
      'comes in parts none of which is for the platform',
      () =>
        packageFiles('native-one', {
          ...addon,
          optionalDependencies: { 'native-one-darwin-arm64': '1.0.0', 'native-one-win32-x64': '1.0.0' },
        }),
      {
        code: 'IMAGE_PACKAGE_PLATFORM',
        hint: expect.stringContaining('it has builds as native-one-darwin-arm64, native-one-win32-x64'),
      },
    ],
    [
      'comes in parts of which the right one was not installed',
      () =>
        packageFiles('native-one', {
          ...addon,
          optionalDependencies: { [`native-one-linux-${host}`]: '1.0.0', 'native-one-win32-x64': '1.0.0' },
        }),
      { code: 'IMAGE_PACKAGE_PLATFORM', hint: expect.stringContaining('--omit=optional') },
    ],
  ])('%s', async (_, files, error) => {
    project.write(files());
    await expect(project.build('train.ts')).rejects.toMatchObject(error);
  });

  it('is a requirement that the project does not have, without a version', async () => {
    project.write(packageFiles('native-one', addon));
    await expect(project.build('train.ts', { requirements: ['left-out'] })).rejects.toMatchObject({
      code: 'IMAGE_OPTIONS_INVALID',
      message: expect.stringContaining('requirement "left-out" is not installed'),
      hint: expect.stringContaining('npm install left-out'),
    });
  });

  it('is a requirement that npm cannot get', async () => {
    project.write({
      ...packageFiles('native-one', addon),
      '.npmrc': 'registry=http://127.0.0.1:9/\nfetch-retries=0\n',
    });
    await expect(project.build('train.ts', { requirements: ['left-out@1.2.3'] })).rejects.toMatchObject({
      code: 'IMAGE_PACKAGE_UNAVAILABLE',
      message: expect.stringMatching(
        /^installing requirement "left-out@1\.2\.3" failed: .*(?:ECONNREFUSED|refused|network)/i,
      ),
      hint: expect.stringContaining('npm'),
    });
  });
});
