import { describe, expect, it } from 'vitest';
import { extractHandlers } from '../../src/notebooks/extract-handler.ts';
import { parseNotebook } from '../../src/notebooks/parse-notebook.ts';
import { callPackaged, packageCells } from '../functions/package-source.ts';
import { notebookText, type TestCell } from './notebook-text.ts';

const extract = (cells: readonly TestCell[], handlers: readonly string[] = ['train']) =>
  extractHandlers(parseNotebook(notebookText(cells), 'train.ipynb'), handlers.length > 0 ? { handlers } : {});

const taken = (cells: readonly TestCell[]): number[] => extract(cells).included.map((each) => each.cell);

describe('extraction', () => {
  it('takes only the cells that are needed and reports statements left out', () => {
    const extracted = extract([
      "import fs from 'node:fs'\nconst a = 1",
      "console.log('hello')\nconst data = fs.readFileSync('/nowhere')",
      'function train() { return a }',
      'await train()\nfor (;;) { break }',
    ]);
    expect(extracted.included).toEqual([
      { cell: 1, statements: 1 },
      { cell: 3, statements: 1 },
    ]);
    expect(extracted.dropped.map(({ cell, line, text }) => [cell, line, text])).toEqual([
      [2, 1, "console.log('hello')"],
      [4, 1, 'await train()'],
      [4, 2, 'for (;;) { break }'],
    ]);
  });

  it('keeps every line where it was', () => {
    const [, cell] = extract([
      'const a = 1',
      'console.log(\n1)\n\nfunction train() {\n  return a\n}',
    ]).modules;
    expect(cell?.contents.split('\n').slice(3, 6)).toEqual(['function train() {', '  return a', '}']);
  });

  it('takes all functions with a Context when no handler is named', () => {
    const { handlers } = extract(
      ['function helper(n: number) {}', 'function train(ctx: Context) {}\nconst test = (ctx: Context) => 1'],
      [],
    );
    expect(handlers.map((handler) => handler.name)).toEqual(['train', 'test']);
  });

  it('leaves cells marked ignore out, but not where the text is in a string', () => {
    const cells = [
      "const a = 1\nconst text = '// slipway: ignore'",
      '// slipway: ignore\nconst a = 2',
      'function train() { return a }',
    ];
    expect(taken(cells)).toEqual([1, 3]);
  });

  it('takes code between markers whole, as MLRun does', async () => {
    const cells = [
      'const before = 1',
      '// mlrun: start-code\nconst a = 1\nglobalThis.slipwayMarked = 2',
      'function train() { return a }\n// mlrun: end-code\nconst a = 3',
    ];
    expect(taken(cells)).toEqual([2, 3]);
    expect(await callPackaged(await packageCells(cells))).toBe(1);
  });

  it('passes over markers of another function', () => {
    const cells = [
      '// slipway: start-code other\nconst a = 1\n// slipway: end-code other',
      '// slipway: start-code train\nfunction train() {}',
    ];
    expect(taken(cells)).toEqual([2]);
  });

  it.each<[string, readonly TestCell[]]>([
    ['two starts', ['// slipway: start-code', '// slipway: start-code\nfunction train() {}']],
    [
      'two ends',
      ['// slipway: start-code\nfunction train() {}\n// slipway: end-code', '// slipway: end-code'],
    ],
  ])('refuses %s of marked code, naming both cells', (_, cells) => {
    expect(() => extract(cells)).toThrow(
      expect.objectContaining({
        code: 'NOTEBOOK_INVALID',
        message: expect.stringMatching(/cell 2.*cell 1/s),
      }),
    );
  });

  it('names the functions there are when the handler is missing', () => {
    expect(() => extract(['function trian() {}', 'const fit = () => 1\nconst notOne = 5'])).toThrow(
      expect.objectContaining({
        code: 'HANDLER_NOT_FOUND',
        kind: 'usage',
        hint: 'did you mean "trian"?; functions there: "trian" (cell 1), "fit" (cell 2)',
      }),
    );
  });

  it.each<[string, readonly TestCell[]]>([
    [
      'directly',
      [
        "import { codeToFunction } from 'slipway'\nfunction step() {}",
        'const fn = await codeToFunction(step)',
        'async function train() { return fn.run() }',
      ],
    ],
    [
      'through a namespace',
      [
        "import * as slipway from 'slipway'",
        'const fn = await slipway.codeToFunction(train)',
        'async function train() { return fn }',
      ],
    ],
    [
      'through a function',
      [
        "import { codeToFunction as pack } from 'slipway'",
        'const make = async () => pack(train)',
        'const fn = await make()',
        'async function train() { return fn }',
      ],
    ],
  ])('refuses a handler whose values package functions themselves, %s', (_, cells) => {
    expect(() => extract(cells)).toThrow(
      expect.objectContaining({
        code: 'CELL_STARTS_RUN',
        message: expect.stringContaining('"codeToFunction"'),
      }),
    );
  });

  it('leaves cells behind that package and run the handler', () => {
    const cells = [
      "import { codeToFunction } from 'slipway'",
      'function train() {}',
      'const fn = await codeToFunction(train)\nconst run = await fn.run()',
    ];
    expect(taken(cells)).toEqual([2]);
  });

  it('fails for a needed cell that does not parse, and warns of another one', () => {
    expect(() => extract(['const a = ;', 'function train() { return a }'])).toThrow(
      expect.objectContaining({
        code: 'SOURCE_INVALID',
        location: expect.objectContaining({
          notebook: 'train.ipynb',
          cell: 1,
          line: 1,
          sourceLine: 'const a = ;',
        }),
      }),
    );
    expect(extract(['const b = ;', 'function train() {}']).warnings).toEqual([
      'cell 1 does not parse (Expression expected); it is not needed',
    ]);
  });

  it.each<[string, readonly TestCell[], string]>([
    [
      'a redefinition after its use',
      ['const RATE = 1', 'function train() { return RATE }', 'const RATE = 2'],
      '"RATE" is defined in cell 1 and again in cell 3; the packaged function uses cell 3',
    ],
    [
      'a name that only an ignored cell declares',
      [{ source: 'const secret = 1', tags: ['ignore'] }, 'function train() { return secret }'],
      '"secret", used in cell 2, is defined in no cell; cell 1 seems to, but it is tagged "ignore"',
    ],
    [
      'state that outlives a call',
      ['let n = 0\nfunction train() { n++ }'],
      '"n" in cell 1 is changed while the function runs',
    ],
    [
      'files read while it is loaded',
      [
        "import { readFileSync } from 'node:fs'",
        "const text = readFileSync('/etc/hostname', 'utf8')\nfunction train() { return text }",
      ],
      'cell 2, line 1 uses "readFileSync" each time the function is loaded',
    ],
    [
      'code outside of the markers',
      ['const a = 1', '// slipway: start-code\nfunction train() { return a }'],
      '"a" is defined outside of the marked code, in cell 1',
    ],
    [
      'kernel commands',
      ['!npm install x\nfunction train() {}'],
      'cell 1, line 1: "!npm install x" is a command for another kernel',
    ],
  ])('warns of %s', (_, cells, warning) => {
    expect(extract(cells).warnings.join('\n')).toContain(warning);
  });

  it('is silent about a plain notebook', () => {
    expect(
      extract([
        "import path from 'node:path'",
        'const a = Math.max(1, 2)',
        'function train() { return [a, path.sep, console, fetch, process] }',
      ]).warnings,
    ).toEqual([]);
  });
});
