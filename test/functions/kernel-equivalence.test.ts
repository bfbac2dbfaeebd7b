import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callPackaged, packageCells, temporaryFolder } from './package-source.ts';

/** Runs notebooks in tslab's own converter and executor, in a process of their own, and calls `train` after "run all". */
const kernel = `
const path = require('node:path');
const { createConverter } = require(path.join(process.argv[2], 'tslab/dist/converter.js'));
const { createExecutor } = require(path.join(process.argv[2], 'tslab/dist/executor.js'));
const notebooks = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
(async () => {
  const node = createConverter({ isJS: false, isBrowser: false });
  const errors = [];
  const silent = { log() {}, error: (...parts) => errors.push(parts.join(' ')) };
  const executor = createExecutor(process.cwd(), { node, browser: node, close() {} }, silent);
  const results = [];
  for (const cells of notebooks) {
    executor.reset();
    errors.length = 0;
    for (const cell of cells) await executor.execute(cell);
    const { train } = executor.locals;
    results.push(errors.length > 0 ? { errors: [...errors] } : { value: await train({}, { n: 3 }) });
  }
  process.stdout.write(JSON.stringify(results));
  process.exit(0);
})();
`;

function runInKernel(
  notebooks: readonly (readonly string[])[],
): { readonly value?: unknown; readonly errors?: readonly string[] }[] {
  const folder = temporaryFolder();
  const modules = path.resolve('node_modules');
  mkdirSync(path.join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(path.join(modules, '@types/node'), path.join(folder, 'node_modules/@types/node'));
  symlinkSync(path.join(modules, 'undici-types'), path.join(folder, 'node_modules/undici-types'));
  writeFileSync(path.join(folder, 'kernel.cjs'), kernel);
  const { stdout, stderr } = spawnSync(process.execPath, ['kernel.cjs', modules], {
    cwd: folder,
    input: JSON.stringify(notebooks),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { value?: unknown; errors?: readonly string[] }[];
}

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
  'a node module imported twice': [
    'import path from "path"',
    'import path from "path"\nconst base = path.basename("/a/b")',
    'function train() { return [base, path.basename("/c")] }',
  ],
};

/** Notebooks of redefinable numbers and functions that use what came before, in every mixture of early and late use. */
const notebook = fc
  .array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      form: fc.constantFrom('constant', 'sum', 'function', 'list'),
      uses: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
      number: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => {
    const defined = new Set<string>();
    const cells = parts.map(({ name, form, uses, number }) => {
      const known = uses.filter((use) => defined.has(use) && use !== name);
      defined.add(name);
      const terms = [String(number), ...known.map((use) => `v_${use}`)].join(' + ');
      if (form === 'constant') return `const v_${name}: number = ${number}`;
      if (form === 'sum') return `const v_${name}: number = ${terms}`;
      if (form === 'list')
        return `const v_${name}: number = [1, 2].map((k) => k * (${terms})).reduce((p, q) => p + q, 0)`;
      // a late use: what the name means when the handler runs
      return `const v_${name}: number = ${number}\nfunction f_${name}(): number { return ${terms} + v_${name} }`;
    });
    const functions = [
      ...new Set(cells.flatMap((cell) => [...cell.matchAll(/function (f_\w)/g)].map((match) => match[1]))),
    ];
    const values = [...defined].sort().map((name) => `v_${name}`);
    return [
      ...cells,
      `function train() { return [${[...values, ...functions.map((name) => `${name}()`)].join(', ')}] }`,
    ];
  });

describe('a packaged handler gives what it gives in the kernel after all cells have run', () => {
  it('for notebooks that redefine, wrap, fill and await', async () => {
    const outcomes = runInKernel(Object.values(fixed));
    for (const [index, [name, cells]] of Object.entries(fixed).entries()) {
      expect(outcomes[index], name).toHaveProperty('value');
      const packaged = await callPackaged(await packageCells(cells), { n: 3 });
      expect(JSON.parse(JSON.stringify(packaged)), name).toEqual(outcomes[index]?.value);
    }
  });

  it('for notebooks of any order', async () => {
    const notebooks = fc.sample(notebook, { numRuns: 12, seed: 20 });
    const outcomes = runInKernel(notebooks);
    for (const [index, cells] of notebooks.entries()) {
      expect(outcomes[index], cells.join('\n---\n')).toHaveProperty('value');
      expect(await callPackaged(await packageCells(cells)), cells.join('\n---\n')).toEqual(
        outcomes[index]?.value,
      );
    }
  }, 120_000);
});
