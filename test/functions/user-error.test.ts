import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorRecord } from '../../src/core/error.ts';
import { packageFunction } from '../../src/functions/package-function.ts';
import { userErrorRecord } from '../../src/functions/user-error.ts';
import type { TestCell } from '../notebooks/notebook-text.ts';
import { notebookText } from '../notebooks/notebook-text.ts';
import { compileProgram, runNode } from './child-process.ts';
import { temporaryFolder, writeFiles } from './package-source.ts';

const program = `
import { loadBundle } from './functions/load-bundle.ts';
import { userErrorRecord } from './functions/user-error.ts';
const [directory = '', given = ''] = process.argv.slice(2);
try {
  const { train } = await loadBundle(directory) as { train: (ctx: unknown, args: unknown) => unknown };
  await train({}, {});
} catch (error) {
  console.log(JSON.stringify(userErrorRecord(error, given || undefined)));
}
`;

/** The record of what a packaged handler throws, made in a Node process of its own. */
async function failureOf(
  name: string,
  text: string,
  options: { files?: Record<string, string>; node?: readonly string[]; give?: boolean } = {},
): Promise<ErrorRecord> {
  const root = temporaryFolder();
  writeFiles(root, { ...options.files, [name]: text });
  const { bundle } = await packageFunction({
    source: name,
    handlers: ['train'],
    root,
    cacheDirectory: path.join(root, '.slipway/cache'),
  });
  // the notebook is not needed any more
  writeFileSync(path.join(root, name), '');
  const args = [bundle.directory, ...(options.give ? [bundle.directory] : [])];
  const { stdout, stderr } = runNode(compileProgram(program), args, root, options.node);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as ErrorRecord;
}

const failureOfCells = (cells: readonly TestCell[], options = {}): Promise<ErrorRecord> =>
  failureOf('nb/train.ipynb', notebookText(cells), options);

const cells: readonly TestCell[] = [
  { source: '# Notes', type: 'markdown' },
  "import path from 'node:path';\nconsole.log('dropped');\n\nfunction check(n: number) {\n  // a comment\n  if (n > 1) throw new RangeError(`too big: ${n}`);\n}",
  'console.log(1)',
  '/** Trains. */\nasync function train(ctx: unknown, { n = 2 }: { n?: number }) {\n  await null;\n  check(n);\n}',
];

describe('an error of user code', () => {
  it.each([
    ['with plain stacks', []],
    ['with source maps turned on in Node', ['--enable-source-maps']],
  ])('is placed at cell, line and column, %s', async (_, node) => {
    const record = await failureOfCells(cells, { node, give: true });
    expect(record).toEqual({
      code: 'USER_CODE_FAILED',
      kind: 'user-code',
      message: 'RangeError: too big: 2',
      notebook: 'nb/train.ipynb',
      cell: 1,
      line: 6,
      column: 20,
      sourceLine: '  if (n > 1) throw new RangeError(`too big: ${n}`);',
      details: { name: 'RangeError' },
      stack:
        'RangeError: too big: 2\n    at check (nb/train.ipynb cell 1, line 6)\n    at train (nb/train.ipynb cell 3, line 4)',
    });
  });

  it('is placed when it happens while the bundle loads', async () => {
    const record = await failureOfCells([
      'const config = JSON.parse(\n  "{"\n);',
      'function train() { return config }',
    ]);
    expect(record).toMatchObject({ code: 'USER_CODE_FAILED', notebook: 'nb/train.ipynb', cell: 1, line: 1 });
    expect(record.message).toMatch(/^SyntaxError: /);
  });

  it('is placed in files and what they import', async () => {
    const record = await failureOf(
      'src/train.ts',
      "import { fail } from './lib/fail.ts';\nexport function train() {\n  fail();\n}\n",
      {
        files: {
          'src/lib/fail.ts':
            "interface Unused {}\n\nexport function fail(): never {\n  throw new Error('broken');\n}\n",
        },
      },
    );
    expect(record).toMatchObject({
      file: 'src/lib/fail.ts',
      line: 4,
      sourceLine: "  throw new Error('broken');",
    });
    expect(record.stack).toBe(
      'Error: broken\n    at fail (src/lib/fail.ts line 4)\n    at train (src/train.ts line 3)',
    );
  });

  it('leaves frames of packages out', async () => {
    const record = await failureOf(
      'train.ts',
      "import { call } from 'caller';\nexport function train() {\n  call(() => { throw new Error('inside'); });\n}",
      {
        files: {
          'node_modules/caller/package.json':
            '{"name":"caller","version":"1.0.0","type":"module","main":"index.js"}',
          'node_modules/caller/index.js': 'export function call(f) {\n  return f();\n}\n',
        },
      },
    );
    expect(record.stack).toBe('Error: inside\n    at train.ts line 3\n    at train (train.ts line 3)');
  });

  it.each<[string, string]>([
    ["throw 'boom'", "user code threw 'boom' (string), not an Error"],
    ['throw undefined', 'user code threw undefined, not an Error'],
    ['throw { code: 5 }', 'user code threw { code: 5 } (object), not an Error'],
    ['return Promise.reject(null)', 'user code threw null, not an Error'],
  ])('may be no Error: `%s`', async (statement, message) => {
    expect(await failureOfCells([`async function train() { ${statement} }`])).toMatchObject({
      code: 'USER_CODE_FAILED',
      message,
    });
  });

  it('tells its causes, and where the innermost happened', async () => {
    const record = await failureOfCells([
      "function inner() {\n  throw new TypeError('deep');\n}",
      "function train() {\n  try { inner(); } catch (cause) {\n    throw new Error('outer', { cause });\n  }\n}",
    ]);
    expect(record.message).toBe('Error: outer (caused by TypeError: deep)');
    expect(record).toMatchObject({ cell: 2, line: 3 });
    expect(record.stack).toContain('caused by TypeError: deep\n    at inner (nb/train.ipynb cell 1, line 2)');
  });

  it('tells what an AggregateError holds', async () => {
    const record = await failureOfCells([
      "async function train() {\n  await Promise.any([Promise.reject(new Error('a')), Promise.reject('b')]);\n}",
    ]);
    expect(record.message).toBe("AggregateError: All promises were rejected [Error: a; 'b' (string)]");
  });

  it('keeps the system’s error code', () => {
    const record = userErrorRecord(Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }));
    expect(record.details).toEqual({ name: 'Error', code: 'ENOENT' });
  });

  it('survives causes that run in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(userErrorRecord(error).message).toContain('Error: round');
  });
});
