import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleModule } from '../../src/functions/bundle-module.ts';
import { loadBundle } from '../../src/functions/load-bundle.ts';
import { packageFunction } from '../../src/functions/package-function.ts';
import { notebookText } from '../notebooks/notebook-text.ts';
import { compileProgram, runNode } from './child-process.ts';
import { callPackaged, packageCells, packageText, temporaryFolder, writeFiles } from './package-source.ts';

const cells = [
  "import path from 'node:path'\nimport { twice } from './lib'",
  'console.log(1)',
  '/** Trains. */\nasync function train(ctx: unknown, { n = 2 }: { n?: number }) { return { n: twice(n), sep: path.sep } }',
];
const lib = { 'lib.ts': 'export const twice = (n: number) => n * 2;\n' };

const digestOf = async (text: string, options = {}): Promise<string> =>
  (await packageText('train.ts', text, options)).bundle.digest;

describe('the digest of a function', () => {
  it('is the same in two folders, byte for byte', async () => {
    const first = await packageCells(cells, { files: lib });
    const second = await packageCells(cells, { files: lib });
    expect(second.bundle.digest).toBe(first.bundle.digest);
    for (const file of ['main.mjs', 'main.mjs.map', 'manifest.json'])
      expect(readFileSync(path.join(second.bundle.directory, file), 'utf8')).toBe(
        readFileSync(path.join(first.bundle.directory, file), 'utf8'),
      );
  });

  it('does not change when a notebook is run again, or cells around are', async () => {
    const before = await packageCells(cells, { files: lib });
    const executed = notebookText([
      { source: '# Title', type: 'markdown' },
      ...cells.map((source, index) => ({
        source,
        outputs: [{ output_type: 'stream', name: 'stdout', text: [`${index}`] }],
      })),
      'await train({}, {})',
    ]).replaceAll('"execution_count": null', '"execution_count": 7');
    const after = await packageText('train.ipynb', executed, { files: lib });
    expect(after.bundle.digest).toBe(before.bundle.digest);
  });

  it('does not change with comments and formatting, but with code and the handler’s own JSDoc', async () => {
    const text =
      '/** Trains. */\nexport function train(ctx: unknown, { a = "x" }: { a?: string }) { const list = [1, 2]; return { list, a } }';
    const digest = await digestOf(text);
    expect(
      await digestOf(
        `// note\n${text.replaceAll('; ', ';\n\n  // more\n  ').replace('[1, 2]', '[\n1,\n2,\n]').replace('"x"', "'x'").replace('{ a?: string }', '{\n  a?: string;\n}')}`,
      ),
    ).toBe(digest);
    expect(await digestOf(text.replace('2]', '3]'))).not.toBe(digest);
    expect(await digestOf(text.replace('Trains.', 'Fits.'))).not.toBe(digest);
    expect(await digestOf(text, { returns: { list: 'dataset' } })).not.toBe(digest);
  });

  it('does not depend on where packages are installed', async () => {
    const text = "import { one } from 'old-style';\nexport const train = () => one;";
    const files = (folder: string) => ({
      [`${folder}/old-style/package.json`]: '{"name":"old-style","version":"1.2.3"}',
      [`${folder}/old-style/index.js`]: 'exports.one = 1;',
    });
    const outer = temporaryFolder();
    writeFiles(outer, files('node_modules'));
    const nested = await digestOf(text, { root: path.join(outer, 'deep') });
    expect(nested).toBe(await digestOf(text, { files: files('node_modules') }));
  });

  it('keeps line numbers right when only comments differ', async () => {
    const root = temporaryFolder();
    const text = 'export function train() { throw new Error("x") }';
    const first = await packageText('train.ts', text, { root });
    const second = await packageText('train.ts', `// a\n// b\n${text}`, { root });
    expect(second.bundle.digest).toBe(first.bundle.digest);
    expect(second.bundle.directory).not.toBe(first.bundle.directory);
    expect(existsSync(path.join(first.bundle.directory, 'main.mjs'))).toBe(true);
  });
});

describe('packaging again', () => {
  it('takes what is there while nothing has changed', async () => {
    const root = temporaryFolder();
    const first = await packageCells(cells, { root, files: lib });
    const again = await packageCells(cells, { root, files: lib });
    expect([first.report.reused, again.report.reused]).toEqual([false, true]);
    expect({ ...again, report: 0 }).toEqual({ ...first, report: 0 });
  });

  it('notices a changed import, a changed type and a new file that takes an import over', async () => {
    const root = temporaryFolder();
    const text =
      "import { a } from './lib';\nimport type { Args } from './types.ts';\nexport const train = (ctx: unknown, args: Args) => a;";
    const files = {
      'lib/index.ts': 'export const a = 1;',
      'types.ts': 'export interface Args { x: number }',
    };
    const run = async (): Promise<[unknown, string | undefined]> => {
      const packaged = await packageText('train.ts', text, { root });
      return [await callPackaged(packaged), packaged.spec.spec.handlers.train?.parameters[0]?.name];
    };
    writeFiles(root, files);
    expect(await run()).toEqual([1, 'x']);
    writeFiles(root, { 'types.ts': 'export interface Args { y: number }' });
    expect(await run()).toEqual([1, 'y']);
    writeFiles(root, { 'lib/index.ts': 'export const a = 2;' });
    expect(await run()).toEqual([2, 'y']);
    writeFiles(root, { 'lib.ts': 'export const a = 3;' });
    expect(await run()).toEqual([3, 'y']);
  });

  it('builds anew when the cache was damaged', async () => {
    const root = temporaryFolder();
    const first = await packageCells(cells, { root, files: lib });
    writeFileSync(path.join(first.bundle.directory, 'main.mjs'), 'broken');
    const again = await packageCells(cells, { root, files: lib });
    expect(again.report.reused).toBe(false);
    expect(readFileSync(path.join(again.bundle.directory, 'main.mjs'), 'utf8')).toContain('twice');
    rmSync(path.join(root, '.slipway/cache/sources'), { recursive: true });
    expect((await packageCells(cells, { root, files: lib })).report.reused).toBe(true);
  });

  it('remembers anew where its sources lie when that record was damaged', async () => {
    const root = temporaryFolder();
    const first = await packageCells(cells, { root, files: lib });
    const record = path.join(first.bundle.directory, 'local.json');
    const whole = readFileSync(record, 'utf8');
    writeFileSync(record, '');
    rmSync(path.join(root, '.slipway/cache/sources'), { recursive: true });
    await packageCells(cells, { root, files: lib });
    expect(readFileSync(record, 'utf8')).toBe(whole);
  });

  it('may happen in several processes at once', async () => {
    const root = temporaryFolder();
    const results = await Promise.all(
      Array.from({ length: 4 }, () => packageCells(cells, { root, files: lib })),
    );
    expect(new Set(results.map((each) => each.bundle.directory)).size).toBe(1);
    expect(
      readdirSync(path.join(root, '.slipway/cache/bundles')).filter((name) => name.includes('tmp')),
    ).toEqual([]);
  });
});

describe('a bundle', () => {
  it('holds several handlers and says which is the default', async () => {
    const packaged = await packageText(
      'tools.ts',
      'export const train = (ctx: unknown) => 1;\nexport const test = (ctx: unknown) => 2;',
      { handlers: ['test', 'train'] },
    );
    expect(packaged.spec.metadata.name).toBe('tools');
    expect(packaged.spec.spec.defaultHandler).toBe('test');
    expect(Object.keys(await loadBundle(packaged.bundle.directory)).sort()).toEqual(['test', 'train']);
  });

  it('bundles JSON, CommonJS and ESM packages, and names their versions', async () => {
    const packaged = await packageText(
      'train.mts',
      "import data from './data.json';\nimport cjs from 'cjs-one';\nimport { esm } from '@scope/esm-only';\nexport const train = () => [data.n, cjs.name, esm, __dirname.length > 0];",
      {
        files: {
          'data.json': '{"n":5}',
          'node_modules/cjs-one/package.json': '{"name":"cjs-one","version":"1.0.1"}',
          'node_modules/cjs-one/index.js':
            "const fs = require('fs'); module.exports = { name: typeof fs.readFileSync };",
          'node_modules/@scope/esm-only/package.json':
            '{"name":"@scope/esm-only","version":"2.0.0","type":"module","exports":{"import":"./x.js"}}',
          'node_modules/@scope/esm-only/x.js': 'export const esm = await Promise.resolve("esm");',
        },
      },
    );
    expect(packaged.bundle.manifest.packages).toEqual({ '@scope/esm-only': '2.0.0', 'cjs-one': '1.0.1' });
    expect(await callPackaged(packaged)).toEqual([5, 'function', 'esm', true]);
  });

  it.each<[string, Record<string, string>]>([
    ['with node-gyp settings', { 'binding.gyp': '{}' }],
    ['with prebuilt binaries', { 'prebuilds/linux-x64/x.node': '' }],
    [
      'with optional packages for one platform',
      { 'node_modules/x-linux/package.json': '{"name":"x-linux","version":"1.0.0","os":["linux"]}' },
    ],
    ['that loads a binary from an unusual place', { 'odd/place/x.node': '' }],
  ])('leaves out a native package %s, at its exact version', async (_, extra) => {
    const odd = Object.keys(extra).some((name) => name.startsWith('odd'));
    const native = 'node_modules/native-one';
    const packaged = await packageText(
      'train.ts',
      "import { n } from 'uses-native';\nexport const train = () => n;",
      {
        files: {
          'node_modules/uses-native/package.json': '{"name":"uses-native","version":"1.0.0"}',
          'node_modules/uses-native/index.js': "exports.n = require('native-one').n;",
          [`${native}/package.json`]:
            '{"name":"native-one","version":"3.1.4","optionalDependencies":{"x-linux":"1.0.0"}}',
          [`${native}/index.js`]: odd
            ? "exports.n = 1; exports.load = () => require('./odd/place/x.node');"
            : 'exports.n = 1;',
          ...Object.fromEntries(
            Object.entries(extra).map(([name, text]) => [
              name.startsWith('node_modules') ? name : `${native}/${name}`,
              text,
            ]),
          ),
        },
      },
    );
    expect(packaged.bundle.manifest.externals).toEqual({ 'native-one': '3.1.4' });
    expect(packaged.bundle.manifest.packages).toEqual({ 'uses-native': '1.0.0' });
    const program = compileProgram(
      "import { loadBundle } from './functions/load-bundle.ts';\nconst m = await loadBundle(process.argv[2] ?? '');\nconsole.log((m.train as () => number)());",
    );
    expect(runNode(program, [packaged.bundle.directory], '/').stdout).toBe('1\n');
  });

  it.each<[string, string]>([
    ['is only there to be tried', "try { require('native-one') } catch {} exports.n = 1;"],
    ['cannot be bundled', "exports.n = 1; exports.load = () => require('native-one/binding');"],
    ['is named by a dynamic import', "exports.n = 1; exports.load = () => import('native-one');"],
  ])('leaves out a native package that no package.json of the project names and that %s', async (_, text) => {
    const packaged = await packageText(
      'train.ts',
      "import { n } from 'uses-native';\nexport const train = () => n;",
      {
        files: {
          'package.json': '{"dependencies":{"uses-native":"1.0.0"}}',
          'node_modules/uses-native/package.json': '{"name":"uses-native","version":"1.0.0"}',
          'node_modules/uses-native/index.js': text,
          'node_modules/uses-native/node_modules/native-one/package.json':
            '{"name":"native-one","version":"3.1.4","gypfile":true,"main":"built-later.js"}',
        },
      },
    );
    expect(packaged.bundle.manifest.externals).toEqual({ 'native-one': '3.1.4' });
    expect(await callPackaged(packaged)).toBe(1);
  });

  it('is refused with the line of a package.json that cannot be read', async () => {
    const packaging = packageText('train.ts', 'export const train = () => 1;', {
      files: { 'package.json': '{ "dependencies": ' },
    });
    await expect(packaging).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
      location: { file: 'package.json', line: 1 },
    });
  });

  it('gets values of slipway from the process that runs it, and nothing for types', async () => {
    const typed = await packageText(
      'train.ts',
      "import { type Context, DataItem } from 'slipway';\nexport const train = (ctx: Context, { d }: { d: DataItem }) => 1;",
    );
    expect(typed.bundle.manifest.needsApi).toBe(false);
    const packaged = await packageText(
      'train.ts',
      "import { answer } from 'slipway';\nexport const train = () => answer;",
    );
    expect(packaged.bundle.manifest.needsApi).toBe(true);
    const program = compileProgram(
      "import { loadBundle } from './functions/load-bundle.ts';\nimport { globalState } from './core/global-state.ts';\nglobalState('api', () => ({ answer: 42 }));\nconst m = await loadBundle(process.argv[2] ?? '');\nconsole.log((m.train as () => number)());",
    );
    expect(runNode(program, [packaged.bundle.directory], '/').stdout).toBe('42\n');
  });

  it('of a module keeps all its exports, the default too', async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'pipelines/train.ts': "import { one } from '../one.ts';\nexport default one;\nexport const two = 2;",
      'one.ts': 'export const one = 1;',
    });
    const options = { root, cacheDirectory: path.join(root, '.slipway/cache') };
    const bundle = await bundleModule('pipelines/train.ts', options);
    expect(await loadBundle(bundle.directory)).toMatchObject({ default: 1, two: 2 });
    expect(await bundleModule('pipelines/train.ts', options)).toEqual(bundle);
  });

  it('that is gone is named', async () => {
    await expect(loadBundle('/nowhere/bundle')).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
  });
});

describe('a script that packages and runs its own handler', () => {
  it('is packaged without those statements', async () => {
    const packaged = await packageText(
      'train.ts',
      "import { codeToFunction } from 'slipway';\nimport { helper } from './lib.ts';\nasync function train(ctx: unknown) { return helper }\nconst fn = await codeToFunction(train);\nconst run = await fn.run();\nconsole.log(run.results);\nasync function main() { await codeToFunction(train) }\nawait main();\n",
      { files: { 'lib.ts': 'export const helper = 3;' } },
    );
    expect(packaged.report.dropped.map((each) => each.line)).toEqual([4, 5, 6, 8]);
    expect(packaged.bundle.manifest.needsApi).toBe(true);
    expect(readFileSync(path.join(packaged.bundle.directory, 'main.mjs'), 'utf8')).not.toContain(
      'run.results',
    );
  });

  it('is refused when the handler needs them', async () => {
    const text =
      "import { codeToFunction } from 'slipway';\nconst fn = await codeToFunction({});\nexport const train = () => fn.run();";
    await expect(packageText('train.ts', text)).rejects.toMatchObject({
      code: 'CELL_STARTS_RUN',
      message: expect.stringContaining('"fn" in line 2'),
    });
  });

  it('may import the handler, also under another name', async () => {
    const files = { 'lib.ts': 'export function train(ctx: unknown, { x }: { x: number }) { return 7 }' };
    const packaged = await packageText(
      'script.ts',
      "import { train as fit } from './lib.ts';\nthrow new Error('not this');\nconsole.log(fit)",
      { files },
    );
    expect(packaged.spec.spec.handlers.train?.parameters[0]?.name).toBe('x');
    expect(await callPackaged(packaged)).toBe(7);
  });
});

describe('what cannot be packaged', () => {
  it.each<[string, string, Record<string, unknown>]>([
    [
      'train.ts',
      "import x from 'not-installed/sub';\nexport const train = () => x;",
      {
        code: 'PACKAGE_NOT_FOUND',
        message: 'package "not-installed", imported in train.ts line 1, is not installed',
        hint: expect.stringContaining('npm install not-installed'),
      },
    ],
    [
      'train.ipynb',
      notebookText(['1', "const a = 1\nimport x from 'not-installed'", 'function train() { return x }']),
      {
        code: 'PACKAGE_NOT_FOUND',
        location: expect.objectContaining({ notebook: 'train.ipynb', cell: 2, line: 2 }),
      },
    ],
    [
      'train.ts',
      "import x from './missing';\nexport const train = () => x;",
      { code: 'SOURCE_INVALID', message: '"./missing", imported in train.ts line 1, does not exist' },
    ],
    [
      'train.ts',
      'export const train = () => {\n  const = 5;\n};',
      { code: 'SOURCE_INVALID', message: expect.stringContaining('at line 2, column 9') },
    ],
    [
      'train.ts',
      "import { nothing } from './lib.ts';\nexport const train = () => nothing;",
      { code: 'SOURCE_INVALID', message: expect.stringContaining('train.ts line 1') },
    ],
    [
      'train.ipynb',
      notebookText(['const a = 1\nconst a = 2', 'function train() { return a }']),
      { code: 'SOURCE_INVALID', message: expect.stringContaining('train.ipynb cell 1, line 2') },
    ],
    [
      'train.ts',
      'export const trian = () => 1;',
      { code: 'HANDLER_NOT_FOUND', hint: 'did you mean "trian"?; functions there: "trian" (line 1)' },
    ],
    ['train.ipynb', '{', { code: 'NOTEBOOK_INVALID' }],
    ['train.py', '', { code: 'SOURCE_INVALID', message: expect.stringContaining('extension') }],
  ])('%s: %j is explained', async (name, text, error) => {
    await expect(
      packageText(name, text, { files: { 'lib.ts': 'export const other = 1;' } }),
    ).rejects.toMatchObject(error);
  });

  it('is a file that does not exist', async () => {
    const root = temporaryFolder();
    await expect(packageFunction({ source: 'gone.ts', root, cacheDirectory: root })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});
