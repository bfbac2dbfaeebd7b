import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KernelOutcome, runInKernel } from './kernel-runner.ts';
import { generatedNotebook } from './notebook-generator.ts';
import { callPackaged, packageCells } from './package-source.ts';

const fixed: Readonly<Record<string, readonly string[]>> = {
  'a redefined constant, used at once and later': [
    'const RATE: number = 0.1',
    'const D = RATE * 2',
    'const RATE: number = 0.5',
    'function train(ctx: any, { n }: { n: number }) { return [D, RATE, n] }',
  ],
  'a wrapped and redeclared function': [
    'function score() { return 1 }',
    'const old = score',
    'function score() { return old() + 1 }',
    'function train() { return score() }',
  ],
  'a constant redefined after the handler': [
    'const RATE: number = 1',
    'function train() { return RATE }',
    'const RATE: number = 2',
  ],
  'a redefinition in the handler’s own cell': [
    'const RATE: number = 1',
    'const RATE: number = 2\nfunction train() { return RATE }',
    'const RATE: number = 3',
  ],
  'a subclass of a redeclared class': [
    'class Base { n = 1 }',
    'class Sub extends Base {}',
    'class Base { n = 5 }',
    'function train() { return [new Sub().n, new Base().n] }',
  ],
  'a table filled by a loop': [
    'const table: Record<string, number> = {};\nfor (const [i, k] of ["a", "b"].entries()) table[k] = i',
    'function train() { return table }',
  ],
  'variables that loops of their own cell assign': [
    'let last = 0\nfor (last of [1, 2, 3]) {}\nfunction own() { return last }',
    'let key = ""\nlet sum = 0\nfor (key in { a: 1, b: 2 }) sum += 1',
    'function train() { return [last, own(), key, sum] }',
  ],
  'top-level await, enums and destructuring': [
    'const slow = await Promise.resolve(4)',
    'enum Kind { A = "a" }\nconst [x, y = 2] = [1]',
    'async function train() { return [slow, Kind.A, x, y] }',
  ],
  'callbacks of array methods': [
    'const R: number = 2',
    'const list = [1, 2].map((v) => v * R)',
    'const R: number = 10',
    'function train() { return [list, [1].map((v) => v * R)] }',
  ],
  'a counter in the handler’s cell': [
    'let count = 10',
    'let count = 0\nfunction train() { count += 1; return count }',
  ],
  'a variable that another cell assigns': [
    'let count = 0\nfunction own() { return count }',
    'count = 5',
    'function train() { return [count, own()] }',
    'count++',
  ],
  'a variable that its own cell resets after another assigned it': [
    'let n = 0\nfunction reset() { n = 0 }',
    'n = 5',
    'function train() { const before = n; reset(); return [before, n] }',
  ],
  'assignments in chains and patterns': [
    'let a = 0, b = 0, c = 0\nfunction turn() { a = b = 3; [c, b = 7] = [a++]; return a }',
    'a = 1; b = 1; ({ c: c = 2 } = {} as any)',
    'function train() { const before = [a, b, c]; return [before, turn(), a, b, c] }',
  ],
  'values computed between redefinitions': [
    'const R: number = 1',
    'function f() { return R }',
    'const v = f()',
    'const R: number = 2; const w = f()',
    'function train() { return [v, w, f()] }',
    'const R: number = 3',
  ],
  'merged declarations': [
    'interface A { x: number }\ninterface A { y: number }\nfunction f() { return f.k }\nnamespace f { export const k = 4 }\nenum E { A = 1 }\nenum E { B = 2 }',
    'const v: A = { x: 1, y: 2 }',
    'function train() { return [v, f(), E.A, E.B, E[1]] }',
  ],
  'decorated classes and methods': [
    'function mark(c: any) { c.tag = "t" }\nfunction name(_t: any, key: string, d: PropertyDescriptor) { d.value = () => key }',
    '@mark\nclass S { @name run() { return "" } }',
    'function train() { return [new S().run(), (S as any).tag] }',
  ],
  'classes with parameter properties, accessors and private names': [
    'abstract class Shape { abstract area(): number; text() { return `${this.constructor.name} ${this.area()}` } }',
    'class Square extends Shape { #n = 1; constructor(private side: number) { super() } area() { return this.side ** 2 + this.#n } get n() { return this.#n } set n(v) { this.#n = v } }',
    'const square = new Square(3)',
    'square.n = 5',
    'function train() { return [square.text(), square.n, Object.keys(square)] }',
  ],
  'a notebook’s own models': [
    'class Model { w = 0; fit(n: number) { this.w = n; return this } predict() { return this.w } }',
    'const model = new Model()',
    'model.fit(3)',
    'function train() { return model.predict() }',
  ],
  'a node module imported twice': [
    'import path from "path"',
    'import path from "path"\nconst base = path.basename("/a/b")',
    'function train() { return [base, path.basename("/c")] }',
  ],
};

/** Beside the notebooks, for those that import them. */
const files = {
  'lib.ts': 'export const twice = (n: number): number => n * 2;\n',
  'data.json': '{ "rate": 0.5 }\n',
};

// another seed, or more notebooks: SLIPWAY_PROPERTY_SEED=7 SLIPWAY_PROPERTY_RUNS=300 npx vitest run test/functions/kernel-equivalence.test.ts
const seed = Number(process.env.SLIPWAY_PROPERTY_SEED ?? 20);
const numRuns = Number(process.env.SLIPWAY_PROPERTY_RUNS ?? 40);

type Outcome = { readonly packaged: KernelOutcome; readonly warnings: readonly string[] };

async function packagedOutcome(cells: readonly string[]): Promise<Outcome> {
  const packaged = await packageCells(cells, { files });
  const { warnings } = packaged.report;
  try {
    const value = await callPackaged(packaged, { n: 3 });
    return { packaged: { value: JSON.parse(JSON.stringify(value)) }, warnings };
  } catch (error) {
    return { packaged: { threw: String(error) }, warnings };
  }
}

/** Every notebook in the kernel and packaged: at once, since the kernel is a process of its own. */
function bothOutcomes(
  notebooks: readonly (readonly string[])[],
): Promise<[readonly KernelOutcome[], readonly PromiseSettledResult<Outcome>[]]> {
  return Promise.all([runInKernel(notebooks, files), settledInTurn(notebooks)]);
}

/** What the kernel refuses may well be refused here. */
async function settledInTurn(
  notebooks: readonly (readonly string[])[],
): Promise<readonly PromiseSettledResult<Outcome>[]> {
  const settled: PromiseSettledResult<Outcome>[] = [];
  for (const cells of notebooks) settled.push(...(await Promise.allSettled([packagedOutcome(cells)])));
  return settled;
}

function outcomeOf(result: PromiseSettledResult<Outcome> | undefined, cells: readonly string[]): Outcome {
  if (result?.status === 'fulfilled') return result.value;
  throw new Error(`not packaged: ${String(result?.reason)}\n${render(cells)}`);
}

const render = (cells: readonly string[]): string =>
  cells.map((cell, at) => `// cell ${at + 1}\n${cell}`).join('\n');

describe('a packaged handler gives what it gives in the kernel after all cells have run', () => {
  it('for notebooks that redefine, wrap, fill and await', async () => {
    const [outcomes, packaged] = await bothOutcomes(Object.values(fixed));
    for (const [index, [name, cells]] of Object.entries(fixed).entries()) {
      expect(outcomes[index], name).toHaveProperty('value');
      expect(outcomeOf(packaged[index], cells).packaged, name).toEqual(outcomes[index]);
    }
  }, 600_000);

  it(`for ${numRuns} notebooks of any content (seed ${seed})`, async () => {
    const notebooks = fc.sample(generatedNotebook, { numRuns, seed });
    const [outcomes, results] = await bothOutcomes(notebooks);
    const counts = { compared: 0, refusedByKernel: 0, warned: 0 };
    for (const [index, cells] of notebooks.entries()) {
      const kernel = outcomes[index];
      if (kernel === undefined || kernel.errors) {
        counts.refusedByKernel++;
        continue;
      }
      const { packaged, warnings } = outcomeOf(results[index], cells);
      const same = isDeepStrictEqual(withoutMessage(packaged), withoutMessage(kernel));
      // what only tries a function out is left out on purpose, and said
      if (!same && warnings.some((warning) => warning.includes('looks like a trial'))) counts.warned++;
      else {
        expect(withoutMessage(packaged), render(cells)).toEqual(withoutMessage(kernel));
        counts.compared++;
      }
    }
    expect(counts.compared / numRuns, JSON.stringify(counts)).toBeGreaterThan(0.8);
  }, 1_200_000);
});

/** The kernel's messages name what it made of the code. */
const withoutMessage = ({ threw, value }: KernelOutcome): object =>
  threw === undefined ? { value } : { threw: true };
