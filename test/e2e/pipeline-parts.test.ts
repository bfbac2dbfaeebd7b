import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, type Folder, type Json } from './slipway.ts';

const steps = `import { existsSync } from 'node:fs';
import type { Context, DataItem } from 'slipway';
export async function load(ctx: Context, { count = 3 }: { count?: number }) {
  const numbers = await ctx.logDataset('numbers', Array.from({ length: count }, (_, i) => ({ i })));
  return { numbers, sizes: Array.from({ length: count }, (_, i) => ({ name: 'n' + i, size: i + 1 })) };
}
export async function fit(ctx: Context, { data, size, rate = 0.5 }: { data: DataItem; size: number; rate?: number }) {
  const table = await data.table();
  for (let step = 1; step <= 3; step++) ctx.logMetric('loss', rate / step, { step });
  return { score: size * rate, rows: table.rowCount };
}
export function pick(_ctx: Context, { scores }: { scores: readonly number[] }) {
  if (existsSync('broken')) throw new Error('cannot pick <today>');
  return { best: Math.max(...scores) };
}
export function after(_ctx: Context, { best }: { best: number }) { return { told: best }; }
`;
const pipelineFile = `import { codeToFunction, pipeline } from 'slipway';
import { after, fit, load, pick } from './steps.ts';
const getData = await codeToFunction(load, { filename: 'steps.ts' });
const train = await codeToFunction(fit, { filename: 'steps.ts' });
const choose = await codeToFunction(pick, { filename: 'steps.ts' });
const tell = await codeToFunction(after, { filename: 'steps.ts' });
const training = pipeline('training', (p, { rate = 0.5 }: { rate?: number }) => {
  const data = getData({});
  const trained = p.map(data.sizes, (one) => train({ data: data.numbers, size: one.size, rate }), { key: 'name' });
  return { scores: trained.score };
});
export default pipeline('main', (_p, { rate = 0.5 }: { rate?: number }) => {
  const { best } = choose({ scores: training({ rate }).scores });
  tell({ best });
  return { best };
});
`;

function project(): Folder {
  return createFolder({
    'project.yaml': 'name: demo\nruntime: inline\npipelines:\n  - name: main\n    file: main.ts\n',
    'steps.ts': steps,
    'main.ts': pipelineFile,
  });
}

const shown = (data: Json): Record<string, string> =>
  Object.fromEntries(data.steps.map((step: Json) => [step.id, step.cached ? 'cached' : step.state]));
const why = (data: Json, id: string): string => data.steps.find((step: Json) => step.id === id).reason;

describe('slipway pipeline', () => {
  it('runs maps and pipelines inside pipelines, caches on request, and explains every decision', async () => {
    const folder = project();
    const first = await folder.json(['pipeline', 'run', '--cache']);
    expect(first.code, first.stderr).toBe(0);
    expect(first.data.outputs).toEqual({ best: 1.5 });
    expect(Object.keys(shown(first.data))).toEqual([
      'training.load',
      'training.fit',
      'training.fit[n0]',
      'training.fit[n1]',
      'training.fit[n2]',
      'pick',
      'after',
    ]);
    expect(why(first.data, 'pick')).toBe('ran: nothing is cached for this step');
    const second = await folder.json(['pipeline', 'run', '--cache']);
    expect(
      new Set(
        Object.entries(shown(second.data))
          .filter(([id]) => id !== 'training.fit')
          .map(([, state]) => state),
      ),
    ).toEqual(new Set(['cached']));
    expect(why(second.data, 'training.fit[n1]')).toMatch(
      /^cached: same code, params, inputs; from run [0-9a-z]{26}$/,
    );
    const third = await folder.json(['pipeline', 'run', '--cache', '-p', 'rate=0.25']);
    expect(shown(third.data)['training.load']).toBe('cached');
    expect(why(third.data, 'training.fit[n1]')).toBe('ran: params.rate changed 0.5 → 0.25');
    folder.write(
      'project.yaml',
      'name: demo\ncache: { mode: on }\npipelines:\n  - name: main\n    file: main.ts\n',
    );
    expect(shown((await folder.json(['pipeline', 'run'])).data).pick).toBe('cached');
    const none = await folder.json(['pipeline', 'run', '--no-cache']);
    expect(shown(none.data)['training.load']).toBe('completed');
    expect(why(none.data, 'training.load')).toBeUndefined();
  });

  it('goes on with a failed run after the code was corrected, and runs parts', async () => {
    const folder = project();
    folder.write('broken', '');
    const failed = await folder.json(['pipeline', 'run']);
    expect(failed.code).toBe(1);
    expect(shown(failed.data)).toMatchObject({ pick: 'error', after: 'skipped' });
    folder.write('steps.ts', steps.replace("if (existsSync('broken'))", 'if (scores.length === 0)'));
    const resumed = await folder.json(['pipeline', 'resume', failed.data.uid]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.data.labels).toMatchObject({ 'resumed-from': failed.data.uid });
    expect(shown(resumed.data)).toMatchObject({
      'training.load': 'cached',
      'training.fit[n0]': 'cached',
      pick: 'completed',
      after: 'completed',
    });
    expect(why(resumed.data, 'training.load')).toBe(`resumed: completed in run ${failed.data.uid}`);
    const again = await folder.slipway(['pipeline', 'resume', resumed.data.uid]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('has completed; there is nothing to resume');

    const only = await folder.json(['pipeline', 'run', '--only', 'after']);
    expect(only.code, only.stderr).toBe(0);
    expect(shown(only.data)).toMatchObject({
      'training.load': 'skipped',
      pick: 'cached',
      after: 'completed',
    });
    const until = await folder.json(['pipeline', 'run', '--until', 'training']);
    expect(shown(until.data)).toMatchObject({
      'training.fit': 'completed',
      pick: 'skipped',
      after: 'skipped',
    });
    const from = await folder.json(['pipeline', 'run', '--from', 'pick', '--of', resumed.data.uid]);
    expect(shown(from.data)).toMatchObject({
      'training.fit[n2]': 'cached',
      pick: 'completed',
      after: 'completed',
    });
    const unknown = await folder.slipway(['pipeline', 'run', '--only', 'pikc']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean "pick"?');
  });

  it('resumes a run whose process was killed', async () => {
    const folder = project();
    folder.write(
      'steps.ts',
      steps.replace("throw new Error('cannot pick <today>')", 'while (existsSync("broken")) continue'),
    );
    folder.write('broken', '');
    const running = folder.start(['pipeline', 'run']);
    await running.sees('pick: running');
    running.child.kill('SIGKILL');
    await running.ended;
    rmSync(path.join(folder.path, 'broken'));
    const resumed = await folder.json(['pipeline', 'resume']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(shown(resumed.data)).toMatchObject({
      'training.load': 'cached',
      pick: 'completed',
      after: 'completed',
    });
  });

  it('draws plans, says in words what differs between two, and refuses plans of a newer version', async () => {
    const folder = project();
    const mermaid = await folder.slipway(['pipeline', 'plan', '-o', 'mermaid']);
    expect(mermaid.stdout).toContain('subgraph g1["training"]');
    expect(mermaid.stdout).toContain('subgraph g2["for each of training.load.sizes"]');
    const dot = await folder.slipway(['pipeline', 'plan', '-o', 'dot']);
    expect(dot.stdout).toMatch(
      /^digraph "main" \{[\s\S]*"training\.load" -> "training\.fit" \[label="numbers, sizes"\];/,
    );
    const plan = await folder.json(['pipeline', 'plan']);
    folder.write('plan.json', JSON.stringify(plan.data));
    const same = await folder.slipway(['pipeline', 'plan', '--against', 'plan.json']);
    expect(same.stdout).toBe('the plans are the same\n');
    const other = await folder.slipway(['pipeline', 'plan', '-p', 'rate=0.1', '--against', 'plan.json']);
    expect(other.stdout).toBe(
      'the parameter "rate" changed 0.5 → 0.1\n~ step "training.fit"\n    its argument "rate" changed 0.5 → 0.1\n',
    );
    folder.write('plan.json', JSON.stringify({ ...plan.data, apiVersion: 'slipway/v9' }));
    const newer = await folder.slipway(['pipeline', 'plan', '--against', 'plan.json']);
    expect(newer.code).toBe(2);
    expect(newer.stderr).toContain('the plan has the version "slipway/v9", this Slipway reads "slipway/v1"');
  });

  it('writes a report that needs nothing else, with every step in it', async () => {
    const folder = project();
    folder.write('broken', '');
    const failed = await folder.json(['pipeline', 'run']);
    const { stdout, code } = await folder.slipway([
      'pipeline',
      'report',
      failed.data.uid,
      '--output',
      'report.html',
    ]);
    expect([code, stdout]).toEqual([0, 'report.html\n']);
    const page = readFileSync(path.join(folder.path, 'report.html'), 'utf8');
    for (const { id } of failed.data.steps) expect(page).toContain(`id="step-${encodeURIComponent(id)}"`);
    expect(page).toContain('cannot pick &lt;today&gt;');
    expect(page).not.toMatch(/<script|src=|href="http|@import|url\(/);
    const step = failed.data.steps[0].runUid;
    const wrong = await folder.slipway(['pipeline', 'report', step]);
    expect(wrong.code).toBe(2);
    expect(existsSync(path.join(folder.path, 'main.html'))).toBe(false);
  });
});
