import { describe, expect, it } from 'vitest';
import { extractHandlers } from '../../src/notebooks/extract-handler.ts';
import { parseNotebook } from '../../src/notebooks/parse-notebook.ts';
import { callPackaged, packageCells } from '../functions/package-source.ts';
import { notebookText, type TestCell } from './notebook-text.ts';

const extract = (cells: readonly TestCell[]) =>
  extractHandlers(parseNotebook(notebookText(cells), 'train.ipynb'), { handlers: ['train'] });

describe('a statement that changes what another cell declares is packaged with it', () => {
  it.each<[string, readonly TestCell[], unknown]>([
    ['an assignment', ['let n = 0', 'n = 100', 'function train() { return n }'], 100],
    ['an increment after the handler', ['let n = 0', 'function train() { return n }', 'n++'], 1],
    ['taking apart', ['let a = 1, b = 2', '[a, b] = [b, a]', 'function train() { return [a, b] }'], [2, 1]],
    ['a property', ['const conf = { n: 0 }', 'conf.n = 100', 'function train() { return conf }'], { n: 100 }],
    ['a method of arrays', ['const rows = [1]', 'rows.push(2)', 'function train() { return rows }'], [1, 2]],
    [
      'Object.assign',
      ['const conf: any = {}', 'Object.assign(conf, { a: 1 })', 'function train() { return conf }'],
      { a: 1 },
    ],
    [
      'a loop over its elements',
      ['const rows = [{ x: 1 }]', 'for (const row of rows) row.x *= 10', 'function train() { return rows }'],
      [{ x: 10 }],
    ],
    [
      'a callback for its elements',
      ['const rows = [{ x: 1 }]', 'rows.forEach((row) => { row.x++ })', 'function train() { return rows }'],
      [{ x: 2 }],
    ],
    [
      'another name for a part of it',
      ['const rows = [{ x: 1 }]', 'const first = rows[0]', 'first.x = 9', 'function train() { return rows }'],
      [{ x: 9 }],
    ],
    [
      'a function that gets it',
      [
        'const rows: number[] = []',
        'function put(list: number[]) { list.push(4) }\nfunction fill(list: number[]) { put(list) }',
        'fill(rows)',
        'function train() { return rows }',
      ],
      [4],
    ],
    [
      'a function that changes it',
      [
        'const rows: number[] = []\nconst add = (n: number) => { rows.push(n) }',
        'add(1)\nadd(2)',
        'function train() { return rows }',
      ],
      [1, 2],
    ],
    [
      'a function given to forEach',
      [
        'const rows: number[] = []\nconst add = (n: number) => rows.push(n)',
        '[1].forEach(add)\n;[2].forEach((n) => { add(n) })',
        'function train() { return rows }',
      ],
      [1, 2],
    ],
    [
      'a method of a class of the notebook',
      [
        'class Model { #w = 0; fit(n: number) { this.#set(n); return this } #set(n: number) { this.#w = n } set(n: number) { this.#set(n) } get w() { return this.#w } }',
        'const model = new Model()',
        'model.set(3)',
        'function train() { return model.w }',
      ],
      3,
    ],
    [
      'a method that a factory made',
      [
        'const counter = (() => { let n = 0; return { inc() { n++ }, get: () => n } })()',
        'counter.inc()',
        'function train() { return counter.get() }',
      ],
      1,
    ],
  ])('%s', async (_, cells, expected) => {
    expect(await callPackaged(await packageCells(cells))).toEqual(expected);
  });

  it('and the report names both cells', () => {
    expect(extract(['let n = 0', 'function train() { return n }', 'let m = 1\nn = 100']).warnings).toEqual([
      '"n" of cell 1 is changed in cell 3, line 2; that statement is packaged and runs whenever the function is loaded',
    ]);
  });

  it('but not when it comes before the declaration that counts, nor when nothing reads it afterwards', () => {
    const cells = ['let n = 0', 'n = 1', 'let n = 5', 'function train() { return n }'];
    expect(extract(cells).included.map(({ cell }) => cell)).toEqual([3, 4]);
    const early = ['let n = 2', 'const twice = n * 2', 'n = 50', 'function train() { return twice }'];
    expect(extract(early).included.map(({ cell }) => cell)).toEqual([1, 2, 4]);
  });
});

describe('cells share one variable as in the kernel', () => {
  it.each<[string, readonly TestCell[], unknown]>([
    [
      'that a function of another cell assigns',
      ['let n = 0', 'function bump() { n += 1 }', 'function train() { bump(); bump(); return n }'],
      2,
    ],
    [
      'that its own cell keeps as it was',
      ['let n = 0\nfunction own() { return n }', 'n = 5', 'function train() { return [n, own()] }'],
      [5, 0],
    ],
    [
      'that its own cell assigns again',
      [
        'let n = 0\nfunction reset() { n = 0 }',
        'n = 5',
        'function train() { const m = n; reset(); return [m, n] }',
      ],
      [5, 0],
    ],
    [
      'that is assigned in chains, patterns and by ++',
      [
        'let a = 0, b = 0, c = 0\nfunction turn() { a = b = 3; [c, b = 7] = [a++]; return a }',
        'a = 1; b = 1; ({ c = 2 } = {} as any)',
        'function train() { const before = [a, b, c]; return [before, turn(), a, b, c] }',
      ],
      [[1, 1, 2], 4, 4, 7, 3],
    ],
    [
      'that is redefined while values are computed with it',
      [
        'const R = 1',
        'function f() { return R }',
        'const v = f()',
        'const R = 2; const w = f()',
        'function train() { return [v, w, f()] }',
      ],
      [1, 2, 2],
    ],
    [
      'that functions given to others read',
      [
        'const K = 2',
        'const times = (x: number) => x * K',
        'const list = [1, 2].map(times)',
        'const K = 3',
        'function train() { return [list, [1].map(times)] }',
      ],
      [[2, 4], [3]],
    ],
  ])('%s', async (_, cells, expected) => {
    expect(await callPackaged(await packageCells(cells))).toEqual(expected);
  });
});

describe('what only tries functions out', () => {
  it.each<[string, string]>([
    ['printed', 'console.log(next())'],
    ['kept under another name', 'const first = next()'],
    ['shown as the last value of a cell', 'next()'],
    ['given to another function', 'const list = [1].map(next)'],
  ])('is left out, with a warning, when it is %s', async (_, trial) => {
    const cells = [
      'let seed = 1\nfunction next() { return seed *= 3 }',
      trial,
      'function train() { return next() }',
    ];
    const packaged = await packageCells(cells);
    expect(await callPackaged(packaged)).toBe(3);
    expect(packaged.report.warnings).toContain(
      '"seed" of cell 1 is changed in cell 2, line 1, by "next"; the call looks like a trial, so the packaged function does not see that',
    );
  });

  it('is left out when it calls the handler', async () => {
    const cells = ['let runs = 0', 'function train() { return ++runs }', 'train()\ntrain();\n1'];
    const packaged = await packageCells(cells);
    expect(await callPackaged(packaged)).toBe(1);
    expect(packaged.report.warnings).toContain(
      '"runs" of cell 1 is changed in cell 3, line 1, by "train"; the packaged function starts without what the handler did there',
    );
  });

  it('is nothing to speak of when it only packages the handler', () => {
    const cells = [
      "import { codeToFunction } from 'slipway'\nlet runs = 0",
      'function train() { return [1].map(() => 2) }',
      'const fn = await codeToFunction(train)\nawait fn.run()',
    ];
    expect(extract(cells).warnings).toEqual([]);
    const counting = [cells[0] ?? '', 'let n = 0\nfunction train() { return ++n }', cells[2] ?? ''];
    expect(extract(counting).warnings).toEqual([
      '"n" in cell 2 is changed while the function runs; runs in one process share it',
    ]);
  });

  it.each<[string, string]>([
    ['the handler', 'best = train()'],
    ['a run', "import { codeToFunction } from 'slipway'\nbest = (await codeToFunction(train)).name.length"],
  ])('is refused, naming both cells, when the handler uses what %s gave', (_, source) => {
    expect(() => extract(['let best = 0', 'function train() { return best }', source])).toThrow(
      expect.objectContaining({
        code: 'CELL_STATE_SHARED',
        message: expect.stringMatching(/^"best" of cell 1 in "train.ipynb" is changed by cell 3, line \d/),
        details: { name: 'best', cells: [1, 3] },
      }),
    );
  });
});

describe('what cannot be told from the text', () => {
  it.each<[string, readonly TestCell[], string]>([
    [
      'an object of an imported class, changed by its methods',
      [
        "import { Regression } from 'somewhere'",
        'const model = new Regression()',
        'await model.fit([1])',
        'function train() { return model }',
      ],
      '"model" of cell 2 may be changed by "fit" in cell 3, line 1; the packaged function does not see that: tag the cell "export" if it has to',
    ],
    [
      'a global that is changed',
      ['process.env.MODE = "x"', 'function train() { return process.env.MODE }'],
      '"process", which the function uses, is changed in cell 1, line 1; the packaged function does not see that: tag the cell "export" if it has to',
    ],
    [
      'a loose "this"',
      ['function train() { return typeof this }'],
      'cell 1, line 1: a function uses "this" without being a method; it is undefined in the packaged function',
    ],
  ])('is warned of: %s', (_, cells, warning) => {
    expect(extract(cells).warnings).toContain(warning);
  });

  it('is nothing where methods only read, or belong to the language', () => {
    const cells = [
      "import { Regression } from 'somewhere'",
      'const model = new Regression()\nconst words = new Map([["a", 1]])',
      'model.summary()\nmodel.predict([1])\nwords.get("a")\nprocess.cwd()',
      'function train() { return [model, words, process.pid] }',
    ];
    expect(extract(cells).warnings).toEqual([]);
  });

  it('but an assignment to a part of an imported value can be', async () => {
    const cells = [
      "import conf from './conf.json'",
      'conf.rate = 9',
      'function train() { return conf.rate }',
    ];
    expect(await callPackaged(await packageCells(cells, { files: { 'conf.json': '{"rate":1}' } }))).toBe(9);
  });
});
