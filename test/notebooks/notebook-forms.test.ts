import { describe, expect, it } from 'vitest';
import { userFrames } from '../../src/functions/user-frames.ts';
import { extractHandlers } from '../../src/notebooks/extract-handler.ts';
import { parseNotebook } from '../../src/notebooks/parse-notebook.ts';
import { callPackaged, packageCells, packageText } from '../functions/package-source.ts';
import { notebookText, type TestCell } from './notebook-text.ts';

const extract = (cells: readonly TestCell[], handlers?: readonly string[]) =>
  extractHandlers(parseNotebook(notebookText(cells), 'train.ipynb'), handlers ? { handlers } : {});

const taken = (cells: readonly TestCell[], handlers?: readonly string[]): number[] =>
  extract(cells, handlers).included.map(({ cell }) => cell);

/** A notebook's text with other metadata, format or line ends than Jupyter writes today. */
const rawNotebook = (sources: readonly unknown[], rest: object = {}): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 2,
    metadata: {},
    cells: sources.map((source) =>
      typeof source === 'object' && source !== null && !Array.isArray(source)
        ? source
        : { cell_type: 'code', metadata: {}, source, outputs: [], execution_count: null },
    ),
    ...rest,
  });

describe('a notebook is packaged', () => {
  it.each<[string, string]>([
    [
      'without ids, with a byte order mark and Windows line ends',
      `\uFEFF${rawNotebook([['const a = 1\r\n', 'const b = `x\r\ny`'], 'const train = () => a + b.length']).replaceAll('{', '{\r\n')}`,
    ],
    [
      'among raw and Markdown cells',
      rawNotebook([
        { cell_type: 'raw', source: 'raw {' },
        'const a = 4',
        { cell_type: 'markdown', source: '# const a = 5' },
        'const train = () => a',
      ]),
    ],
    [
      'with ids given twice',
      rawNotebook(
        ['const a = 4', 'const train = () => a'].map((source) => ({
          cell_type: 'code',
          id: 'same',
          metadata: {},
          source,
        })),
      ),
    ],
    [
      'with cells of other kernels',
      rawNotebook([
        'const a = 4',
        { cell_type: 'code', metadata: { vscode: { languageId: 'python' } }, source: 'a = 9' },
        '%%bash\na=5',
        '%%html\n<b>',
        '%time\nconst train = () => a\n!ls -l',
      ]),
    ],
    ['of format 4.0', rawNotebook(['const a = 4', 'const train = () => a'], { nbformat_minor: 0 })],
    [
      'of the JavaScript kernel',
      rawNotebook(['const a = 4', 'const train = () => a'], {
        metadata: { kernelspec: { name: 'jslab', language: 'javascript' } },
      }),
    ],
    [
      'of the Deno kernel, with exports',
      rawNotebook(['export const a = 4', 'export default a', 'export function train() { return a }'], {
        metadata: {
          kernelspec: { name: 'deno', language: 'typescript' },
          language_info: { name: 'typescript' },
        },
      }),
    ],
  ])('%s', async (_, text) => {
    expect(await callPackaged(await packageText('train.ipynb', text))).toBe(4);
  });

  it('with three hundred cells', () => {
    const cells = Array.from({ length: 300 }, (_, i) =>
      i === 0
        ? 'const v0 = 1'
        : i === 299
          ? 'function train() { return v298 }'
          : `const v${i} = v${i - 1} + 1\nconsole.log(v${i})`,
    );
    expect(taken(cells, ['train'])).toHaveLength(300);
  });

  it('and its errors have line and column as JavaScript counts them, characters of two units included', async () => {
    const broken = ["const s = '🦭🐧'; const a = ;", 'function train() { return a }'];
    expect(() => extract(broken, ['train'])).toThrow(
      expect.objectContaining({ location: expect.objectContaining({ cell: 1, line: 1, column: 29 }) }),
    );
    const packaged = await packageCells([
      "const s = '🦭'\nfunction train() {\n  const t = '🦭🐧'; throw new Error(s + t)\n}",
    ]);
    const error = await callPackaged(packaged).catch((thrown: unknown) => thrown);
    const [frame] = userFrames((error as Error).stack ?? '', packaged.bundle.directory);
    expect(frame?.location).toMatchObject({ cell: 1, line: 3, column: 27 });
  });

  it.each<[string, readonly unknown[], object, string, string]>([
    [
      'in Python',
      ['def train(ctx):\n  pass'],
      { metadata: { kernelspec: { name: 'python3', language: 'python' } } },
      'NOTEBOOK_LANGUAGE_UNSUPPORTED',
      'is written in python (kernel "python3")',
    ],
    ['that is empty', [], {}, 'HANDLER_NOT_FOUND', 'handler "train" is not defined in "train.ipynb"'],
    ['of format 3', [], { nbformat: 3, worksheets: [] }, 'NOTEBOOK_INVALID', 'its "nbformat" is 3, not 4'],
  ])('but not one %s', async (_, cells, rest, code, message) => {
    await expect(packageText('train.ipynb', rawNotebook(cells, rest))).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) }),
    );
  });
});

describe('imports of a Deno notebook', () => {
  const zod = {
    'node_modules/zod-like/package.json':
      '{"name":"zod-like","version":"3.9.1","exports":{".":"./i.js","./sub":"./s.js"}}',
    'node_modules/zod-like/i.js': 'exports.z = 1',
    'node_modules/zod-like/s.js': 'exports.s = 2',
    'node_modules/@jsr/std__csv/package.json': '{"name":"@jsr/std__csv","version":"1.0.1","main":"i.js"}',
    'node_modules/@jsr/std__csv/i.js': 'exports.c = 3',
  };

  it('are taken from the packages that are installed, at their versions', async () => {
    const cells = [
      "import { z } from 'npm:zod-like@^3'\nimport { s } from 'npm:zod-like@3/sub'\nimport { c } from 'jsr:@std/csv@1'",
      'export const train = () => [z, s, c]',
    ];
    const packaged = await packageCells(cells, { files: zod });
    expect(await callPackaged(packaged)).toEqual([1, 2, 3]);
    expect(packaged.report.packages).toEqual({ '@jsr/std__csv': '1.0.1', 'zod-like': '3.9.1' });
  });

  it.each<[string, string, string, string]>([
    [
      'a missing package',
      'npm:nowhere-at-all@2/x',
      'package "nowhere-at-all", imported in train.ipynb cell 1, line 1, is not installed',
      'npm install nowhere-at-all',
    ],
    [
      'a missing package of JSR',
      'jsr:@std/nowhere@1',
      'package "@std/nowhere", imported in train.ipynb cell 1, line 1, is not installed',
      'npx jsr add @std/nowhere@1',
    ],
    [
      'an address',
      'https://example.org/x.ts',
      '"https://example.org/x.ts", imported in train.ipynb cell 1, line 1, is on the network',
      'nothing is fetched while packaging',
    ],
  ])('say what to do about %s', async (_, specifier, message, hint) => {
    await expect(packageCells([`import { x } from '${specifier}'`, 'const train = () => x'])).rejects.toThrow(
      expect.objectContaining({ message, hint: expect.stringContaining(hint) }),
    );
  });

  it('of slipway itself are known as such', () => {
    const cells = [
      "import { codeToFunction } from 'npm:slipway'",
      'const fn = await codeToFunction(train)',
      'function train() { return fn }',
    ];
    expect(() => extract(cells, ['train'])).toThrow(expect.objectContaining({ code: 'CELL_STARTS_RUN' }));
  });
});

describe('markers', () => {
  it('count only as comments of their own', () => {
    const cells = [
      'const a = `\n// slipway: ignore\n`\nconst url = "x // mlrun: ignore"\nconst re = /[/]/ // mentions // slipway: ignore\n/* and\n// slipway: start-code\n*/',
      'function train() { return a }',
    ];
    expect(taken(cells, ['train'])).toEqual([1, 2]);
  });

  it('may follow code on a line, and stand within a template’s expression', () => {
    expect(
      taken(['const a = 1 // slipway: ignore', 'const a = 2', 'function train() { return a }'], ['train']),
    ).toEqual([2, 3]);
    const text = 'const a = `${ // slipway: ignore\n1}`';
    expect(taken([text, 'const a = 2', 'function train() { return a }'], ['train'])).toEqual([2, 3]);
  });

  it('make several sections, and those without a name are for every function', async () => {
    const cells = [
      '// slipway: start-code\nconst shared = 1\n// slipway: end-code\nconst shared = 50',
      '// nuclio: start-code train\nglobalThis.slipwayForTrain = true\n// nuclio: end-code train',
      '// slipway: start-code other\nthrow new Error("of another function")\n// slipway: end-code other',
      'const between = 3',
      '// mlrun: start-code train\nfunction train() { return [shared, between] }\n// mlrun: end-code',
    ];
    const packaged = await packageCells(cells);
    expect(await callPackaged(packaged)).toEqual([1, 3]);
    expect(packaged.report.included.map(({ cell }) => cell)).toEqual([1, 2, 4, 5]);
    expect(packaged.report.warnings).toEqual([
      '"between" is defined outside of the marked code, in cell 4; it is packaged too',
    ]);
  });

  it('say which functions are packaged when none is named', () => {
    const cells = [
      'function first(ctx: Context) {}',
      '// slipway: start-code\nfunction second(ctx: Context) {}\n// slipway: end-code',
      'function third(ctx: Context) {}',
    ];
    expect(extract(cells).handlers.map(({ name }) => name)).toEqual(['second']);
  });

  it('that end in one cell and begin in the next go in turn', () => {
    const cells = [
      '// slipway: end-code\nconst a = 1',
      'const b = 1\n// slipway: start-code',
      'function train() {}',
    ];
    expect(taken(cells, ['train'])).toEqual([3]);
  });
});

describe('what is said when a handler is not found', () => {
  it.each<[string, readonly TestCell[], string]>([
    [
      'in an ignored cell',
      [{ source: 'function train() {}', tags: ['ignore'] }],
      'cell 1 defines "train", but it is tagged "ignore"',
    ],
    [
      'in a module cell',
      ['/** @module tools */\nexport function train() {}'],
      'cell 1 defines "train", but it is the module "./tools"',
    ],
    ['in a cell that does not parse', ['const b = 1', 'functio train() {}'], 'cell 2 does not parse'],
    [
      'under a name much like it',
      ['const x = 1', 'const trian = (n: number) => n'],
      'did you mean "trian"?; functions there: "trian" (cell 2)',
    ],
  ])('%s', (_, cells, hint) => {
    expect(() => extract(cells, ['train'])).toThrow(
      expect.objectContaining({ code: 'HANDLER_NOT_FOUND', hint: expect.stringContaining(hint) }),
    );
  });

  it('when none is named: the functions there are, by cell', () => {
    expect(() => extract(['const n = 1', 'const load = (path: string) => path'])).toThrow(
      expect.objectContaining({
        message: '"train.ipynb" defines no handler',
        hint: expect.stringContaining('functions there: "load" (cell 2); name one with the handler option'),
        details: expect.objectContaining({ candidates: [{ name: 'load', place: 'cell 2' }] }),
      }),
    );
  });
});

describe('what was left out', () => {
  it('names whole cells and single statements, with the reason', () => {
    const cells: TestCell[] = [
      { source: '\nconst old = 1', tags: ['slipway-ignore'] },
      '%%bash\nls',
      'const unused = 1\nconst more = 2',
      "import './styles'\nconst a = 1\nconsole.log(a)",
      'interface Args { n: number }',
      'function train() { return a }',
      { source: 'const lr = 1', tags: ['injected-parameters'] },
    ];
    expect(extract(cells, ['train']).dropped).toEqual([
      { cell: 1, line: 2, text: 'const old = 1', reason: 'it is tagged "slipway-ignore"' },
      { cell: 2, line: 1, text: '%%bash…', reason: 'it starts with "%%bash"' },
      { cell: 3, line: 1, text: 'const unused = 1…', reason: 'the handler needs nothing of it' },
      { cell: 4, line: 1, text: "import './styles'", reason: 'import for its side effects only' },
      { cell: 4, line: 3, text: 'console.log(a)', reason: 'runs at top level; not needed by the handler' },
      { cell: 6, line: 1, text: 'const lr = 1', reason: 'it is tagged "injected-parameters"' },
    ]);
  });

  it('and what went in counts module cells that are imported, directly or through one another', () => {
    const cells = [
      "/** @module tools */\nimport { k } from './deep'\nexport const add = (a: number) => a + k",
      '/** @module deep */\nexport const k = 5',
      '/** @module unused */\nexport const z = 5',
      "import { add } from './tools'\nfunction train() { return add(1) }",
    ];
    expect(extract(cells, ['train']).included).toEqual([
      { cell: 1, statements: 2 },
      { cell: 2, statements: 1 },
      { cell: 4, statements: 2 },
    ]);
  });
});
