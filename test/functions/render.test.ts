import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDoc } from '../../src/functions/render-doc.ts';
import { renderPackageReport } from '../../src/functions/render-report.ts';
import { renderTypes } from '../../src/functions/render-types.ts';
import { packageCells, packageText, temporaryFolder, writeFiles } from './package-source.ts';

const cells = [
  "import type { Context, DataItem } from 'slipway'",
  `/**
 * Trains a tree.
 * @param args.depth How deep it may grow.
 * @returns How well it does.
 */
async function train(ctx: Context, { data, depth = 4, kind }: {
  /** Rows to learn from. */
  data: DataItem;
  depth?: number;
  kind: 'gini' | 'entropy';
}) {
  return { accuracy: 0.9, model: await ctx.logModel('model', {}) };
}`,
  'console.log(1)',
];

describe('renderDoc', () => {
  it('shows what a function takes and gives, and how to run it', async () => {
    const { spec } = await packageCells(cells);
    const digest = spec.spec.digest;
    expect(renderDoc(spec)).toBe(
      `train
  from train.ipynb
  digest ${digest}

SYNOPSIS
  train(ctx, { data: DataItem, depth?: number = 4, kind: 'gini' | 'entropy' })

DESCRIPTION
  Trains a tree.

INPUTS
  data  DataItem  required  Rows to learn from.

PARAMS
  depth  number              default 4  How deep it may grow.
  kind   'gini' | 'entropy'  required

RESULTS
  How well it does.
  accuracy  number
  model     Model   artifact

EXAMPLE
  slipway run train.ipynb --handler train --input data=data.csv --param kind=gini
`,
    );
  });

  it('shows each of several handlers', async () => {
    const { spec } = await packageText(
      'two.ts',
      'export const a = (ctx: unknown) => 1;\nexport const b = (ctx: unknown, args: any) => 2;',
      { handlers: ['a', 'b'] },
    );
    expect(renderDoc(spec)).toContain('HANDLER a\n  a(ctx)');
    expect(renderDoc(spec)).toContain('HANDLER b\n  b(ctx, { … })\n\n  Further names are accepted as well.');
  });
});

describe('renderPackageReport', () => {
  it('tells what was taken, left out and warned of', async () => {
    const { report } = await packageCells(cells);
    expect(renderPackageReport(report)).toMatch(
      /^train\.ipynb → sha256:[0-9a-f]{12} \(\d+ B\)\n {2}taken: {4}cell 2 \(1 statement\)\n {2}left out: 1\n {4}cell 3, line 1 {2}console\.log\(1\) {2}runs at top level; not needed by the handler\n$/,
    );
  });
});

describe('renderTypes', () => {
  it('declares args and results so that a wrong name or type does not compile', async () => {
    const train = await packageCells(cells);
    const odd = await packageText(
      'odd.ts',
      'interface Mine { x: 1 }\nexport function train(ctx: any, { "a-b": a = 1, when, ...rest }: { "a-b"?: number; when: Date; [k: string]: unknown }): { mine: Mine } { return null as any }',
      { name: 'odd' },
    );
    const root = temporaryFolder();
    writeFiles(root, {
      'slipway.d.ts': renderTypes([train.spec, odd.spec]),
      'node_modules/slipway/package.json': '{"name":"slipway","version":"1.0.0","types":"index.d.ts"}',
      'node_modules/slipway/index.d.ts':
        'export interface DataItem { url: string }\nexport interface Dataset extends DataItem {}\nexport interface Model extends DataItem {}\nexport interface Artifact extends DataItem {}\nexport interface FunctionTypes {}\n',
      'use.ts': `import type { FunctionTypes } from 'slipway';
type Train = FunctionTypes['train'];
export const good: Train['args'] = { data: { url: 'x' }, kind: 'gini' };
export const result = (r: Train['results']): [number, string] => [r.accuracy, r.model.url];
export const odd: FunctionTypes['odd']['args'] = { 'a-b': 2, when: new Date(), further: true };
// @ts-expect-error a mistyped param
export const bad: Train['args'] = { data: { url: 'x' }, kind: 'giny' };
// @ts-expect-error a renamed result
export const renamed = (r: Train['results']) => r.acc;
`,
    });
    const common = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];
    const compilers: Record<string, readonly string[]> = {
      'typescript/bin/tsc': ['--module', 'esnext', '--moduleResolution', 'bundler'],
      'typescript5/bin/tsc': ['--module', 'commonjs', '--moduleResolution', 'node'],
    };
    for (const [compiler, options] of Object.entries(compilers)) {
      const args = [path.resolve('node_modules', compiler), ...common, ...options, 'slipway.d.ts', 'use.ts'];
      const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      expect([status, stdout]).toEqual([0, '']);
    }
  });
});
