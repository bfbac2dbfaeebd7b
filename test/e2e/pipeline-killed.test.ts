import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { cli, node } from './slipway.ts';

const steps = `import { appendFileSync } from 'node:fs';
import type { Context, DataItem } from 'slipway';
const note = (ctx: Context, tag: string) => appendFileSync('ran-' + tag + '.log', ctx.name + '\\n');
export async function load(ctx: Context, { tag }: { tag: string }) {
  note(ctx, tag);
  const rows = await ctx.logDataset('rows', [{ n: 1 }, { n: 2 }]);
  return { rows, list: [1, 2], count: 2 };
}
export async function double(ctx: Context, { n, data, tag }: { n: number; data: DataItem; tag: string }) {
  note(ctx, tag);
  return { n: n * (await data.table()).rowCount };
}
export function sum(ctx: Context, { all, tag }: { all: readonly number[]; tag: string }) {
  note(ctx, tag);
  return { sum: all.reduce((a, b) => a + b, 0) };
}
`;
const pipelineFile = `import { codeToFunction, gt, pipeline } from 'slipway';
const load = await codeToFunction({ filename: 'steps.ts', handler: 'load' });
const double = await codeToFunction({ filename: 'steps.ts', handler: 'double' });
const sum = await codeToFunction({ filename: 'steps.ts', handler: 'sum' });
export default pipeline('main', (p, { tag }: { tag: string }) => {
  const made = load({ tag });
  const doubled = p.map(made.list, (n) => double({ n, data: made.rows, tag }));
  p.when(gt(made.count, 5), () => sum.as('aside')({ all: [1], tag }));
  return { sum: sum({ all: doubled.n, tag }).sum };
});
`;
/** Every step that runs, and completes once. */
const whole = ['double[0]', 'double[1]', 'load', 'sum'];

interface Ended {
  readonly how: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a pipeline whose command line is killed at a record of its journals', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-killed-'));
  beforeAll(() => {
    mkdirSync(path.join(folder, 'node_modules'));
    writeFileSync(
      path.join(folder, 'project.yaml'),
      'name: demo\npipelines:\n  - name: main\n    file: main.ts\n',
    );
    writeFileSync(path.join(folder, 'steps.ts'), steps);
    writeFileSync(path.join(folder, 'main.ts'), pipelineFile);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  async function slipway(args: readonly string[], kill = ''): Promise<Ended> {
    const preload = path.join(import.meta.dirname, 'scripts/kill-at-record.mjs');
    const child = spawn(node, ['--import', preload, cli, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', SLIPWAY_TEST_KILL: kill },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seen = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        seen[stream] += text;
      });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { how: signal ?? code, ...seen };
  }

  const start = (runtime: string, tag: string, kill: string): Promise<Ended> =>
    slipway(['pipeline', 'run', '--runtime', runtime, '-p', `tag=${tag}`, '--parallel', '2'], kill);
  const ran = (tag: string): readonly string[] => {
    const file = path.join(folder, `ran-${tag}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };

  async function runsOf(tag: string): Promise<{ pipelines: RunRecord[]; completed: string[] }> {
    const store = openLocalStore({ directory: path.join(folder, '.slipway'), project: 'demo' });
    const { runs } = await store.searchRuns({ all: true, filter: `params.tag = '${tag}'`, limit: 100 });
    await store.close();
    const ended = runs.filter(({ kind, state }) => kind === 'step' && state === 'completed');
    return {
      pipelines: runs.filter(({ kind }) => kind === 'pipeline'),
      completed: ended.map(({ step }) => step ?? '').sort(),
    };
  }

  async function killAndResume(runtime: string, how: string, record: number): Promise<void> {
    const tag = `${runtime}-${how}-${record}-${createUid()}`;
    const killed = await start(runtime, tag, `${how} ${record}`);
    const { pipelines, completed: before } = await runsOf(tag);
    const [run] = pipelines;
    expect(killed.how, `${tag}: ${killed.stderr}`).toBe(run?.state === 'completed' ? killed.how : 'SIGKILL');
    // killed before its journal was placed, it never was: it is run, not resumed
    if (record === 1 && run === undefined) return;
    if (run === undefined) throw new Error(`${tag}: the run is not listed`);
    const startedBefore = ran(tag).length;
    const resumed = await slipway(['pipeline', 'resume', run.uid, '-o', 'json']);
    // how many records there are is not the same each time: it had said its last word already
    if (run.state === 'completed') {
      expect([resumed.how, before, run.outputs], tag).toEqual([2, whole, { sum: 6 }]);
      return;
    }
    expect(resumed.how, `${tag}: ${resumed.stderr}`).toBe(0);
    const report = JSON.parse(resumed.stdout) as RunRecord;
    expect(report.outputs, tag).toEqual({ sum: 6 });
    expect(report.steps?.find(({ id }) => id === 'aside')?.state).toBe('skipped');
    const again = ran(tag).slice(startedBefore);
    expect(
      again.filter((step) => before.includes(step)),
      `${tag}: ran although it had completed`,
    ).toEqual([]);
    expect((await runsOf(tag)).completed, `${tag}: what completed, and how often`).toEqual(whole);
  }

  it.each([
    ['inline', 'torn'],
    ['process', 'after'],
  ])(
    'is finished by `slipway pipeline resume`: steps %s, the record %s',
    {
      timeout: 900_000,
    },
    async (runtime, how) => {
      const spared = await start(runtime, `${runtime}-${how}-spared`, how);
      expect(spared.how, spared.stderr).toBe(0);
      const records = Number(/^records: (\d+)$/m.exec(spared.stderr)?.[1]);
      expect(records).toBeGreaterThan(20);
      let next = 1;
      const worker = async (): Promise<void> => {
        // the very last record is the last word itself: whole, it leaves nothing to resume
        while (next < records) await killAndResume(runtime, how, next++);
      };
      await Promise.all([worker(), worker()]);
    },
  );
});
