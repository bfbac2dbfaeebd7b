import { describe, expect, it } from 'vitest';
import { extractHandlers } from '../../src/notebooks/extract-handler.ts';
import { parseNotebook } from '../../src/notebooks/parse-notebook.ts';
import { callPackaged, packageCells } from '../functions/package-source.ts';
import { notebookText, type TestCell } from './notebook-text.ts';

const extract = (cells: readonly TestCell[], handlers: readonly string[] = ['train']) =>
  extractHandlers(parseNotebook(notebookText(cells), 'train.ipynb'), handlers.length > 0 ? { handlers } : {});

const taken = (cells: readonly TestCell[]): number[] => extract(cells).included.map((each) => each.cell);

describe('a packaged handler', () => {
  it.each<[string, readonly TestCell[], unknown]>([
    [
      'uses the last declaration of a name',
      ['const RATE = 1', 'function train() { return RATE }', 'const RATE = 2'],
      2,
    ],
    [
      'uses its own cell’s declaration first',
      ['const RATE = 1', 'const RATE = 2\nfunction train() { return RATE }', 'const RATE = 3'],
      2,
    ],
    [
      'keeps what an initialiser read when its cell ran',
      ['const RATE = 0.1', 'const D = RATE * 2', 'function train() { return [D, RATE] }', 'const RATE = 0.5'],
      [0.2, 0.5],
    ],
    [
      'may mean two declarations of one name in one cell',
      [
        'const R = 1',
        'const early = { R };\nfunction late() { return { R } }',
        'const R = 5',
        'function train() { return [early, late()] }',
      ],
      [{ R: 1 }, { R: 5 }],
    ],
    [
      'wraps and redeclares without end',
      [
        'function score() { return 1 }',
        'const old = score',
        'function score() { return old() + 1 }',
        'function train() { return score() }',
      ],
      2,
    ],
    [
      'reads callbacks of array methods at once',
      [
        'const R = 1',
        'const list = [1, 2].map((x) => x * R)',
        'const R = 10',
        'function train() { return list }',
      ],
      [1, 2],
    ],
    [
      'reads an immediately called function at once',
      ['const R = 1', 'const v = (() => R)()', 'const R = 10', 'function train() { return v }'],
      1,
    ],
    [
      'uses shorthand properties of other cells',
      ['const a = 1', 'function train() { return { a } }'],
      { a: 1 },
    ],
    [
      'uses destructured names',
      [
        'const { a: b, c = 2, ...rest } = { a: 1, d: 4 } as any; const [x, , y] = [1, 2, 3]',
        'function train() { return [b, c, rest, x, y] }',
      ],
      [1, 2, { d: 4 }, 1, 3],
    ],
    [
      'uses several declarators of one statement',
      ['const a = 1, b = a + 1', 'function train() { return b }'],
      2,
    ],
    [
      'uses classes across cells',
      [
        'class Base { n = 1 }',
        'class Sub extends Base { get() { return this.n + 1 } }',
        'function train() { return new Sub().get() }',
      ],
      2,
    ],
    [
      'keeps the base that a class had when its cell ran',
      [
        'class Base { n = 1 }',
        'class Sub extends Base {}',
        'class Base { n = 5 }',
        'function train() { return [new Sub().n, new Base().n] }',
      ],
      [1, 5],
    ],
    [
      'uses enums and namespaces',
      [
        'enum Kind { A = "a" }\nnamespace Deep { export const n = 3 }',
        'function train() { return [Kind.A, Deep.n] }',
      ],
      ['a', 3],
    ],
    [
      'uses overloads and generators',
      [
        'function f(x: string): string;\nfunction f(x: number): number;\nfunction f(x: any) { return x }',
        'function* g() { yield f(1) }',
        'function train() { return [...g()] }',
      ],
      [1],
    ],
    [
      'waits for top-level await of what it needs',
      ['const slow = await Promise.resolve(7)', 'function train() { return slow }'],
      7,
    ],
    [
      'uses what a loop of the same cell filled',
      [
        'const table = new Map<string, number>();\nfor (const k of ["a", "b"]) table.set(k, 1)\nconsole.log(table)',
        'function train() { return [...table.keys()] }',
      ],
      ['a', 'b'],
    ],
    [
      'uses a variable assigned after its declaration',
      ['let model: number;\nmodel = 5', 'function train() { return model }'],
      5,
    ],
    [
      'uses a `var` declared in a block',
      ['if (true) { var deep = 4 }', 'function train() { return deep }'],
      4,
    ],
    ['uses functions of later cells', ['function train() { return late() }', 'const late = () => 3'], 3],
    [
      'lets two cells call each other',
      [
        'const BASE = 2\nfunction even(n: number): boolean { return n === 0 || odd(n - 1) }',
        'const TWICE = BASE * 2\nfunction odd(n: number): boolean { return n !== 0 && even(n - 1) }',
        'function train() { return [even(TWICE), odd(TWICE)] }',
      ],
      [true, false],
    ],
    [
      'does not mistake inner names for other cells’',
      [
        'const x = 1; const k = 1',
        'function train() { const x = 2; for (const k of [3]) { return [x, k, ((x: number) => x)(4)] } }',
      ],
      [2, 3, 4],
    ],
    [
      'does not mistake property names, keys and labels for names',
      ['const key = display("no")', 'function train() { key: for (;;) break key; return { key: 1 }.key }'],
      1,
    ],
    [
      'uses the last of several imports of a name',
      [
        'import { sep as where } from "node:path"',
        'import { posix as where } from "node:path"',
        'function train() { return where.sep }',
      ],
      '/',
    ],
    [
      'uses equal imports of several cells once',
      [
        'import path from "node:path"',
        'import path from "node:path"\nconst base = path.basename("/a/b")',
        'function train() { return [base, path.basename("/c")] }',
      ],
      ['b', 'c'],
    ],
    [
      'uses namespace imports and require',
      [
        'import * as path from "node:path"\nconst os = require("node:os")',
        'function train() { return [path.basename("/x"), typeof os.cpus] }',
      ],
      ['x', 'function'],
    ],
    ['may be exported in its cell', ['export const a = 1', 'export async function train() { return a }'], 1],
    ['may be a constant', ['const a = 1', 'const train = async () => a'], 1],
    [
      'keeps statements apart where one between them is left out',
      ['const a = [1]\nconsole.log(1);\n[2].length\nconst b = a', 'function train() { return [a, b] }'],
      [[1], [1]],
    ],
    [
      'reads text that looks like a command as text',
      ['const usage = `\n!ls\n%time x`', 'function train() { return usage.length }'],
      12,
    ],
    [
      'leaves kernel commands out',
      ['%matplotlib inline\nconst a = 1\n!npm install x', 'function train() { return a }'],
      1,
    ],
    ['changes its own cell’s variable', ['let count = 0\nfunction train() { count += 1; return count }'], 1],
    [
      'sees a later cell’s variable as that cell’s functions change it',
      ['function train() { bump(); return count }', 'let count = 0\nfunction bump() { count += 1 }'],
      1,
    ],
    [
      'uses `@module` cells',
      [
        '/** @module tools */\nexport const add = (a: number, b: number) => a + b',
        'import { add } from "./tools"',
        'function train() { return add(1, 2) }',
      ],
      3,
    ],
    [
      'uses decorated classes',
      [
        'const mark = (c: any) => { c.marked = true }',
        '@mark\nclass Model {}',
        'function train() { return (Model as any).marked }',
      ],
      true,
    ],
    [
      'shows nothing where it calls tslab’s display',
      ['import { display } from "tslab"', 'function train() { display.html("x"); return 1 }'],
      1,
    ],
    [
      'takes parameters tagged cells give as they stand',
      [
        { source: 'const lr = 0.1', tags: ['parameters'] },
        { source: 'const lr = 9', tags: ['injected-parameters'] },
        'function train() { return lr }',
      ],
      0.1,
    ],
    [
      'keeps effects of cells tagged export',
      [
        'const log: string[] = []',
        'function train() { return log }',
        { source: 'globalThis.slipwayTestSetup = "done"', tags: ['export'] },
      ],
      [],
    ],
  ])('%s', async (_, cells, expected) => {
    expect(await callPackaged(await packageCells(cells))).toEqual(expected);
  });

  it('has what tagged cells did before it runs', async () => {
    await callPackaged(
      await packageCells([
        { source: 'globalThis.slipwayTestMark = 1', tags: ['export'] },
        'function train() {}',
      ]),
    );
    expect(globalThis).toHaveProperty('slipwayTestMark', 1);
  });
});

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
    ['assigns', ['let count = 0', 'function train() { return count }', 'count = 100']],
    ['increments', ['let count = 0', 'function train() { return count }', 'count++']],
    [
      'assigns a property of',
      ['const count = { n: 0 }', 'function train() { return count }', 'count.n = 100'],
    ],
    ['takes apart into', ['let count = 0', 'function train() { return count }', '[count] = [100]']],
  ])('refuses a cell that %s another cell’s variable, naming both', (_, cells) => {
    expect(() => extract(cells)).toThrow(
      expect.objectContaining({
        code: 'CELL_STATE_SHARED',
        message: expect.stringMatching(/"count" of cell 1 .*changed by cell 3, line 1/),
      }),
    );
  });

  it('refuses a needed function that assigns another cell’s variable', () => {
    expect(() =>
      extract(['let count = 0', 'function bump() { count += 1 }', 'function train() { bump() }']),
    ).toThrow('changed by cell 2');
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
      'a value that redefinition made stale',
      [
        'const R = 1',
        'function f() { return R }',
        'const v = f()',
        'const R = 2',
        'function train() { return v }',
      ],
      '"v" in cell 3 is computed by "f", which uses "R" of cell 4',
    ],
    [
      'a name that only an ignored cell declares',
      [{ source: 'const secret = 1', tags: ['ignore'] }, 'function train() { return secret }'],
      '"secret", used in cell 2, is defined in no cell; cell 1 seems to, but it is tagged "ignore"',
    ],
    [
      'a change in another cell that may matter',
      ['const rows: number[] = []', 'rows.push(1)', 'function train() { return rows }'],
      '"rows" of cell 1 is changed in cell 2, line 1',
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
