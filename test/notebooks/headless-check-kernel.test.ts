import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNotebook } from '../../src/notebooks/headless/check/check-notebook.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-check-'));
  mkdirSync(path.join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types', 'tslab'])
    symlinkSync(path.resolve('node_modules', name), path.join(folder, 'node_modules', name));
  const files: Readonly<Record<string, string>> = {
    'lib.ts': 'export const LIB = 5;\n',
    'deep/index.ts': 'export const D = 1;\n',
    'data.json': '{ "a": 1 }\n',
    'node_modules/only-import/package.json':
      '{"name":"only-import","version":"1.0.0","type":"module","types":"./i.d.ts","exports":{".":{"types":"./i.d.ts","import":"./i.js"}}}',
    'node_modules/only-import/i.js': 'export const x = 1;\n',
    'node_modules/only-import/i.d.ts': 'export const x: number;\n',
    'node_modules/waits/package.json':
      '{"name":"waits","version":"1.0.0","type":"module","main":"./i.js","types":"./i.d.ts"}',
    'node_modules/waits/i.js': "import './later.js';\nexport const x = async () => await 1;\n",
    'node_modules/waits/later.js': 'await Promise.resolve(1);\nexport {};\n',
    'node_modules/waits/i.d.ts': 'export const x: () => Promise<number>;\n',
    'node_modules/esm/package.json':
      '{"name":"esm","version":"1.0.0","type":"module","main":"./i.js","types":"./i.d.ts"}',
    'node_modules/esm/i.js': 'export const x = async () => await 1;\n',
    'node_modules/esm/i.d.ts': 'export const x: () => Promise<number>;\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(sources: readonly string[], kernel = 'tslab') {
  const text = JSON.stringify({
    cells: sources.map((source, at) => ({
      cell_type: 'code',
      id: `c${at}`,
      metadata: {},
      source,
      outputs: [],
    })),
    metadata: { kernelspec: { name: kernel, language: 'typescript' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
  return checkNotebook(text, 'nb.ipynb', folder).map(
    ({ rule, cell, line, column, message }) => `${rule} ${cell}:${line}:${column} ${message}`,
  );
}

describe('slipway notebook check points at what tslab trips over', () => {
  it.each<[string, readonly string[], RegExp]>([
    [
      'a shorthand property of an earlier cell',
      ['const x = 1;', 'const o = { x };\no;'],
      /^kernel 2:1:13 \{ x \}.*write \{ x: x \}/,
    ],
    [
      'a renaming pattern over an earlier type',
      ['const conf = { a: 1 };', 'const { a: b } = conf;\nb;'],
      /^kernel 2:1:9 \{ a: b \} is a syntax error in tslab: "a" is of a type of cell 1; write const b = ….a/,
    ],
    [
      'a parameter that renames',
      ['interface A { n: number }', 'function g({ n: count }: A) {\n  return count;\n}\ng({ n: 1 });'],
      /^kernel 2:1:14 \{ n: count \}.*unreachable in this function/,
    ],
    [
      'a callback that renames',
      ['const rows = [{ a: 1 }];', 'rows.map(({ a: v }) => v);'],
      /^kernel 2:1:13 \{ a: v \}/,
    ],
    [
      'an import with .ts',
      ["import { LIB } from './lib.ts';\nLIB;"],
      /^kernel 1:1:1 tslab refuses '\.\/lib\.ts'; write '\.\/lib'/,
    ],
    [
      'an import of a folder',
      ["import { D } from './deep';\nD;"],
      /^kernel 1:1:1 .*it is a folder; write '\.\/deep\/index'/,
    ],
    ['an exported declaration', ['export const a = 1;'], /^kernel 1:1:1 tslab refuses "export"/],
    ['an export list', ['const a = 1;\nexport { a };'], /^kernel 1:2:1 tslab refuses "export"/],
    ['import.meta', ['console.log(import.meta);'], /^kernel 1:1:13 tslab has no "import\.meta"/],
    ['a name with two underscores', ['const __a = 1;\n__a;'], /^kernel 1:1:1 tslab refuses the name "__a"/],
    [
      'a namespace two cells later',
      ['namespace N { export const k = 1; }', '1;', 'N.k;'],
      /^kernel 3:1:1 namespace "N" of cell 1 is unknown in tslab two cells later/,
    ],
    [
      'await with parentheses',
      ['const f = async () => 1;', 'const x = await (f)();\nx;'],
      /^kernel 2:1:11 tslab takes "await \(…\)"/,
    ],
    [
      'for await alone',
      ['async function* g() { yield 1; }', 'for await (const x of g()) console.log(x);'],
      /^kernel 2:1:1 tslab refuses "for await"/,
    ],
    [
      'a var of a block',
      ['if (Math.random() > 2) { var y = 1; }', 'console.log(y);'],
      /^kernel 2:1:13 "y" is a variable inside a block of cell 1/,
    ],
    [
      'a class value with private members',
      ['const K = class { private a = 1; get() { return this.a; } };\nK;'],
      /^kernel 1:1:1 tslab refuses private members/,
    ],
    [
      'import attributes',
      ["import d from './data.json' with { type: 'json' };\nd;"],
      /^kernel 1:1:1 tslab does not know import attributes/,
    ],
    [
      'import =',
      ["import os = require('node:os');\nos.cpus();"],
      /^kernel 1:1:1 tslab refuses "import os = …"/,
    ],
    [
      'a package for import alone',
      ["import { x } from 'only-import';\nx;"],
      /^kernel 1:1:1 tslab cannot load "only-import": the package exports that to "import" only/,
    ],
    [
      'a package that awaits',
      ["import { x } from 'waits';\nx;"],
      /^kernel 1:1:1 tslab cannot load "waits": "later\.js", which it imports, awaits/,
    ],
  ])('%s', (_, cells, expected) => {
    const problems = check(cells).filter((problem) => problem.startsWith('kernel'));
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  it('and is silent about what only looks like it', () => {
    expect(
      check([
        "import { x } from 'esm';\nimport { LIB } from './lib';\nimport { D } from './deep/index';\nx; LIB; D;",
        'interface A { n: number }\nfunction g({ n: count }: A) {\n  return count;\n}\ng({ n: 1 });\nconst a = 1;\nconst own = { a };\nown;',
        'namespace N { export const k = 1; }',
        'console.log(N.k);\nconst { length: size } = [1];\nsize;',
        'const f = async () => 1;\nconst y = await (f)() + await f();\ny;\nclass P { private z = 1; get() { return this.z; } }\nnew P();',
      ]),
    ).toEqual([]);
  });

  it('but leaves out what other kernels take: a notebook of Deno', () => {
    expect(
      check(
        [
          "import { z } from 'npm:zod@3';\nexport const a = 1;\nconsole.log(z, Deno.version);",
          'const o = { a };\no;\nconst { a: b } = o;\nb;\nexport { b };',
        ],
        'deno',
      ),
    ).toEqual([]);
  });
});

describe('slipway notebook check points at names declared again', () => {
  it('with a type that a function in between does not expect', () => {
    const found = check([
      'let z: number = 1;',
      'function twice(): number {\n  return Number(z) * 2;\n}\ntwice();',
      "const z = 'text';\nz;",
    ]);
    expect(found).toEqual([
      'redeclaration 2:2:17 "z" of cell 1 (number) is declared again in cell 3 as string; this function finds that one when it runs',
    ]);
  });

  it('twice in one cell', () => {
    expect(check(['const a = 1;\nconst a = 2;\na;'])).toEqual([
      expect.stringMatching(/^type 1:1:7 Cannot redeclare block-scoped variable 'a'/),
      expect.stringMatching(/^type 1:2:7 Cannot redeclare/),
    ]);
  });

  it('and not at the same type given anew', () => {
    expect(
      check([
        'const rate: number = 1;',
        'function f() {\n  return rate;\n}\nf();',
        'const rate: number = 2;\nrate;',
      ]),
    ).toEqual([]);
  });
});
