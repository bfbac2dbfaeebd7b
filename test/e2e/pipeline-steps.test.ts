import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, type Json } from './slipway.ts';

const notebook = JSON.stringify({
  cells: [
    {
      cell_type: 'code',
      execution_count: null,
      metadata: { tags: ['parameters'] },
      outputs: [],
      source: ['const factor: number = 2;\n'],
    },
    {
      cell_type: 'code',
      execution_count: null,
      metadata: {},
      outputs: [],
      source: [
        "import { getOrCreateContext } from 'slipway';\n",
        "const ctx = await getOrCreateContext('report');\n",
        "ctx.logResult('scaled', factor * 10);\n",
      ],
    },
  ],
  metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
  nbformat: 4,
  nbformat_minor: 5,
});

const files = {
  'project.yaml':
    "name: demo\nfunctions:\n  - name: fit\n    source: fit.ts\n    options: { labels: { team: 'a' }, retry: { retries: 1 } }\npipelines:\n  - name: kinds\n    file: kinds.ts\n",
  'fit.ts': `import type { Context } from 'slipway';
export function fit(ctx: Context, { depth, bonus = 0 }: { depth: number; bonus?: number }) {
  ctx.logMetric('score', depth + bonus);
  return { score: depth + bonus, attempt: ctx.attempt };
}
`,
  'add.ts': `import type { Context } from 'slipway';
export function add(_ctx: Context, { a, b }: { a: number; b: number }) { return { sum: a + b, pid: process.pid }; }
`,
  'report.ipynb': notebook,
  'points.csv': 'x,y\n1,2\n3,4\n5,6\n',
  'kinds.ts': `import { codeToFunction, importFunction, loadProject, notebookFunction, pipeline } from 'slipway';
import { add } from './add.ts';
const project = await loadProject(import.meta.dirname ?? process.cwd());
const fit = await project.function('fit');
const plus = await codeToFunction(add, { filename: 'add.ts' });
const describe = await importFunction('hub://describe');
const report = await notebookFunction('report.ipynb');
export default pipeline('kinds', (p, { bonus = 1 }: { bonus?: number }) => {
  const best = fit.sweep({ hyperparams: { depth: [1, 3, 2] }, selector: 'max.score' })({ bonus });
  const profile = describe({ data: 'points.csv' });
  const scaled = report({ factor: best.score });
  const inline = plus.as('inline').with({ runtime: 'inline' })({ a: best.score, b: profile.rowCount });
  const pooled = plus.as('pooled').with({ runtime: 'process', isolation: 'pool' })({ a: inline.sum, b: 1 });
  const fresh = plus.as('fresh').with({ runtime: 'process', labels: { own: 'yes' } })({ a: pooled.sum, b: scaled.scaled });
  return { sum: fresh.sum, inline: inline.pid, pooled: pooled.pid, fresh: fresh.pid };
});
`,
};

describe('steps of a pipeline', () => {
  it('can be sweeps, hub functions, notebooks and functions of project.yaml, in runtimes of their own', {
    timeout: 120_000,
  }, async () => {
    const folder = createFolder(files);
    // the kernel checks the types of the notebook, as in a project that has the package installed
    mkdirSync(path.join(folder.path, 'node_modules'));
    symlinkSync(path.resolve(import.meta.dirname, '../..'), path.join(folder.path, 'node_modules/slipway'));
    const { data, code, stderr } = await folder.json(['pipeline', 'run']);
    expect(code, stderr).toBe(0);
    // the best of the sweep is 3 + 1; three rows; the notebook gives ten times the best
    expect(data.outputs.sum).toBe(4 + 3 + 1 + 40);
    const { inline, pooled, fresh } = data.outputs;
    expect(new Set([inline, pooled, fresh]).size).toBe(3);
    const fitted = data.steps.find((step: Json) => step.id === 'fit');
    const run = await folder.json(['describe', 'run', fitted.runUid]);
    expect(run.data).toMatchObject({ kind: 'sweep', bestIteration: 2, labels: { team: 'a' } });
  });
});
