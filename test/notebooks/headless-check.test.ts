import { describe, expect, it } from 'vitest';
import { checkNotebook } from '../../src/notebooks/headless/check/check-notebook.ts';

function check(...sources: readonly string[]) {
  const text = JSON.stringify({
    cells: sources.map((source, at) => ({
      cell_type: 'code',
      id: `c${at}`,
      metadata: /^\/\/ tag (\S+)/.test(source) ? { tags: [/^\/\/ tag (\S+)/.exec(source)?.[1]] } : {},
      source,
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });
  return checkNotebook(text, 'nb.ipynb', process.cwd()).map(
    ({ rule, cell, line, message }) => `${rule} ${cell}:${line} ${message}`,
  );
}

describe('checking a notebook', () => {
  it('finds nothing in one that redeclares, shares types and awaits at top level', () => {
    expect(
      check(
        "import path from 'node:path';\nimport { createTable, type Context } from 'slipway';",
        'interface Row { a: number }\nconst rate = 0.1;',
        'const rows: Row[] = [{ a: 1 }];\nconst table = createTable(rows);',
        "const rate = 'text now';\nawait Promise.resolve(path.join(rate, String(table.rowCount)));",
        'async function train(ctx: Context, { depth = 3 }: { depth?: number }) {\n  return { n: rows.length * depth };\n}',
        "rate.toUpperCase();\nimport { display } from 'tslab';\ndisplay.text('x');",
      ),
    ).toEqual([]);
  });

  it('is stricter than the kernel, and names cell and line', () => {
    expect(
      check('let v: string | undefined = [][0];', '\nv.length;', 'function f(a) {\n  return a;\n}'),
    ).toEqual([
      expect.stringMatching(/^type 2:2 'v' is possibly 'undefined'/),
      expect.stringMatching(/^type 3:1 Parameter 'a' implicitly has an 'any' type/),
    ]);
  });

  it('reports what is used before any cell defines it', () => {
    expect(
      check('console.log(later);', 'const later = 1;', 'let shaped: Shape;', 'type Shape = number;'),
    ).toEqual([
      'order 1:1 "later" is used before any cell defines it; cell 2 does',
      'order 3:1 "Shape" is used before any cell defines it; cell 4 does',
    ]);
  });

  it('reports imports that no cell uses', () => {
    expect(check("import os from 'node:os';\nimport fs from 'node:fs';", 'os.cpus();')).toEqual([
      'unused-import 1:2 "fs" of "node:fs" is imported and never used',
    ]);
  });

  it('points at the shorthand property that tslab does not rewrite', () => {
    expect(check('const x = 1;', 'const o = { x };\nconst p = { x: x };\no; p;')).toEqual([
      expect.stringMatching(/^kernel 2:1 \{ x \} with a name of another cell fails in tslab/),
    ]);
  });

  it('reports handlers that cannot be packaged', () => {
    const problems = check(
      "import type { Context } from 'slipway';\nlet count = 0;",
      'count = 5;',
      'function bad(ctx: Context) {\n  return count;\n}',
    );
    expect(problems).toEqual([expect.stringMatching(/^handler 3:1 handler "bad": "count" of cell 1/)]);
  });

  it('leaves cells alone that are to fail or to be skipped', () => {
    expect(check('// tag raises-exception\nnull.x;', '// tag skip-execution\nfoo(')).toEqual([]);
  });
});
