import { describe, expect, it } from 'vitest';
import { callPackaged, packageCells } from '../functions/package-source.ts';
import type { TestCell } from './notebook-text.ts';

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
      'waits for a call in parentheses',
      ['const get = async () => 7', 'const slow = await (get)()', 'function train() { return slow }'],
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
