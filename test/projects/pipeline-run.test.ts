import '../../src/register-api.ts';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PipelineEvent } from '../../src/pipelines/pipeline-event.ts';
import { loadPipeline } from '../../src/projects/load-pipeline.ts';
import { type PipelineRequest, startPipeline } from '../../src/projects/start-pipeline.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { folderWith, inWorkspace } from './support.ts';

const functions = `import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import type { Context, DataItem } from 'slipway';

export function second(ctx: Context) {
  return { attempt: ctx.attempt, ok: pass(ctx.attempt) };
}
function pass(attempt: number) {
  if (attempt < 2) throw new Error('not yet');
  return true;
}
export async function forever(_ctx: Context, { file }: { file: string }) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(file, child.pid + ' ' + process.pid);
  for (;;) await new Promise((resolve) => setTimeout(resolve, 50));
}
export function score(ctx: Context, { x, data }: { x: number; data: DataItem }) {
  ctx.logMetric('near', -Math.abs(x - 3));
  if (x === 5) throw new Error('five is not allowed');
  return { near: -Math.abs(x - 3), name: data.name };
}
export async function rows(ctx: Context) {
  return { rows: await ctx.logDataset('table', [{ a: 1 }], { format: 'csv' }) };
}
export function exits() {
  process.exit(0);
}
export function note(_ctx: Context, { status, file }: { status: unknown; file: string }) {
  appendFileSync(file, JSON.stringify(status));
}
`;
const header = `import { codeToFunction, pipeline } from 'slipway';
const filename = 'functions.ts';
const fn = async (handler: string) => codeToFunction({ filename, handler });
const [second, forever, score, rows, exits, note] = await Promise.all(
  ['second', 'forever', 'score', 'rows', 'exits', 'note'].map(fn));
`;

async function run(
  body: string,
  request: PipelineRequest = {},
): Promise<{ record: RunRecord; directory: string }> {
  const directory = folderWith({
    'functions.ts': functions,
    'main.ts': `${header}export default pipeline('main', (p) => {\n${body}\n});\n`,
    'project.yaml': 'name: demo\npipelines: [{ name: main, file: main.ts }]\n',
  });
  const record = await inWorkspace(directory, async (workspace) => {
    const running = await startPipeline(workspace, await loadPipeline(workspace, 'main'), request);
    return running.wait();
  });
  return { record, directory };
}

function isAlive(pid: number): boolean {
  try {
    // a zombie has ended; only nobody has asked how yet
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

describe('a pipeline of real processes', () => {
  it('retries a step as told, and says which attempt it was', async () => {
    const events: PipelineEvent[] = [];
    const { record } = await run('second.with({ retry: { retries: 2, delayMs: 1 } })({});', {
      onEvent: (event) => events.push(event),
    });
    expect(record.error).toBeUndefined();
    expect(record.steps).toMatchObject([
      { id: 'second', state: 'completed', attempt: 2, results: { attempt: 2, ok: true } },
    ]);
    expect(events.filter((event) => event.type === 'attempt')).toMatchObject([
      { step: 'second', attempt: 2, error: { message: expect.stringContaining('not yet') } },
    ]);
  });

  it('ends a step that takes too long, and the pipeline with it', async () => {
    const { record } = await run(
      `const f = forever.with({ timeoutMs: 1500 })({ file: 'pid' });
       second({}, { after: [f] });`,
    );
    expect(record.state).toBe('error');
    expect(record.steps).toMatchObject([
      { id: 'forever', state: 'error', error: { code: 'RUN_TIMEOUT' } },
      { id: 'second', state: 'skipped', reason: 'step "forever" failed' },
    ]);
  });

  it('reaches every process of every step when it is aborted', async () => {
    const abort = new AbortController();
    let directory = '';
    const onEvent = (event: PipelineEvent): void => {
      if (event.type === 'started') directory = process.cwd();
      if (event.type !== 'step' || event.step !== 'forever' || event.state !== 'running') return;
      const timer = setInterval(() => {
        if (
          !existsSync(path.join(directory, 'pid')) ||
          readFileSync(path.join(directory, 'pid'), 'utf8') === ''
        )
          return;
        clearInterval(timer);
        abort.abort('enough');
      }, 20);
    };
    const { record } = await run("forever({ file: 'pid' });", { signal: abort.signal, onEvent });
    expect(record).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    expect(record.steps).toMatchObject([{ state: 'aborted', reason: 'enough' }]);
    const pids = readFileSync(path.join(directory, 'pid'), 'utf8').split(' ').map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('runs a sweep as a step like any other: its best trial is what comes out', async () => {
    const events: PipelineEvent[] = [];
    const { record } = await run(
      `const r = rows({});
       const best = score.sweep({ hyperparams: { x: [1, 2, 3, 5] }, selector: 'max.near', maxErrors: 1 })({ data: r.rows });
       const again = score.as('again')({ x: best.near, data: r.rows });
       return { near: best.near, again: again.near };`,
      { onEvent: (event) => events.push(event) },
    );
    expect(record.error).toBeUndefined();
    expect(record.outputs).toEqual({ near: 0, again: -3 });
    expect(events.filter((event) => event.type === 'trial')).toHaveLength(4);
  });

  it('fails when a sweep fails', async () => {
    const { record } = await run(
      "const r = rows({});\nscore.sweep({ hyperparams: { x: [5] }, selector: 'max.near' })({ data: r.rows });",
    );
    expect(record.state).toBe('error');
    expect(record.steps?.find((step) => step.id === 'score')).toMatchObject({ state: 'error' });
  });

  it('never takes process.exit(0) of a step for success, and still runs the exit step', async () => {
    const { record, directory } = await run("exits({});\np.onExit(() => note({ file: 'status.json' }));");
    expect(record.steps).toMatchObject([
      { id: 'exits', state: 'error', error: { code: 'RUN_EXITED' } },
      { id: 'note', state: 'completed' },
    ]);
    expect(JSON.parse(readFileSync(path.join(directory, 'status.json'), 'utf8'))).toMatchObject({
      state: 'error',
      failed: ['exits'],
    });
    expect(record.state).toBe('error');
  });

  it('can be stopped from elsewhere by asking its run to stop', async () => {
    const directory = folderWith({
      'functions.ts': functions,
      'main.ts': `${header}export default pipeline('main', () => { forever({ file: 'pid' }); });\n`,
      'project.yaml': 'name: demo\npipelines: [{ name: main, file: main.ts }]\n',
    });
    await inWorkspace(directory, async (workspace) => {
      const pipeline = await loadPipeline(workspace, 'main');
      const running = await startPipeline(workspace, pipeline, {
        onEvent: (event) => {
          if (event.type === 'step' && event.state === 'running')
            void workspace.store.requestStop(running.uid, 'not needed');
        },
      });
      const record = await running.wait();
      expect(record.state).toBe('aborted');
      expect(record.error?.message).toContain('not needed');
    });
  });
});
