import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestPlan } from '../../src/pipelines/plan/digest-plan.ts';
import type { Plan, PlanStep } from '../../src/pipelines/plan/plan.ts';
import { archivePlan, readArchivedPlan } from '../../src/pipelines/resume/plan-archive.ts';
import { findPriorSteps } from '../../src/pipelines/resume/prior-steps.ts';
import { reuseSteps } from '../../src/pipelines/resume/reuse-steps.ts';
import { type StepSelection, selectSteps } from '../../src/pipelines/resume/select-steps.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { type Body, inProcess, newStoreFolder } from './support/in-process.ts';
import { bodies, killedPlan } from './support/killed-plan.ts';
import { literal, output, plan, step } from './support/plan.ts';

const states = (record: RunRecord): Record<string, string> =>
  Object.fromEntries((record.steps ?? []).map((one) => [one.id, one.cached ? 'given' : one.state]));

async function resume(
  store: RunStore,
  run: RunRecord,
  { plan: planned, previous = planned }: { plan: Plan; previous?: Plan },
  steps: Readonly<Record<string, Body>>,
): Promise<{ record: RunRecord; notes: readonly string[] }> {
  const prior = await findPriorSteps(store, run, previous, { endsOrphans: true });
  const { plan: pruned, notes } = reuseSteps(planned, previous, prior);
  return { record: await runPlan(pruned, { store, submitStep: inProcess(store, steps) }), notes };
}

describe('a pipeline killed at any record of any journal', () => {
  let script = '';
  const root = path.resolve(import.meta.dirname, '../..');
  beforeAll(async () => {
    script = path.join(root, '.cache', 'test-pipelines', `${process.pid}.mjs`);
    const entry = path.join(import.meta.dirname, 'scripts/killed-pipeline.ts');
    const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
    await build({ entryPoints: [entry], outfile: script, ...options });
    return () => rmSync(script, { force: true });
  });

  async function start(directory: string, killAfter: number): Promise<string> {
    const child = spawn(process.execPath, [script, directory, String(killAfter)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return signal ?? `${code} ${printed.trim()}`;
  }

  const ran = (directory: string): readonly string[] => {
    const file = path.join(directory, 'ran.log');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };

  async function killAndResume(killAfter: number): Promise<void> {
    const directory = mkdtempSync(path.join(tmpdir(), 'slipway-killed-'));
    expect(await start(directory, killAfter)).toBe('SIGKILL');
    const store = openLocalStore({ directory, project: 'demo' });
    const killed = await store.getRun('killed');
    const completed = async (): Promise<readonly string[]> =>
      (
        await store.searchRuns({ all: true, filter: "state = 'completed' and kind = 'step'", limit: 100 })
      ).runs.map((run) => run.step ?? '');
    const before = await completed();
    const startedBefore = ran(directory).length;
    const archived = readArchivedPlan(directory, killed);
    const { record } = await resume(store, killed, archived, bodies(directory));
    expect(record).toMatchObject({ state: 'completed', outputs: { sum: 6 } });
    const again = ran(directory).slice(startedBefore);
    expect(again.filter((id) => before.includes(id))).toEqual([]);
    expect([...(await completed())].sort()).toEqual(['double[0]', 'double[1]', 'load', 'sum']);
    expect(states(record).aside).toBe('skipped');
    await store.close();
    rmSync(directory, { recursive: true });
  }

  it('is finished by resuming it: no success is lost, nothing is committed twice', {
    timeout: 180_000,
  }, async () => {
    const spared = mkdtempSync(path.join(tmpdir(), 'slipway-killed-'));
    const records = Number(/^0 (\d+)$/.exec(await start(spared, 0))?.[1]);
    rmSync(spared, { recursive: true });
    expect(records).toBeGreaterThan(30);
    let next = 1;
    const worker = async (): Promise<void> => {
      // the very last record is the last word itself: then there is nothing left to resume
      while (next < records) await killAndResume(next++);
    };
    await Promise.all([worker(), worker()]);
  });
});

const chain: readonly PlanStep[] = [
  step('load'),
  step('train', { arguments: { n: output('load', 'n'), rate: literal(0.1) } }),
  step('score', { arguments: { m: output('train', 'm') } }),
  step('report', { arguments: { s: output('score', 's') } }),
];
const working: Readonly<Record<string, Body>> = {
  load: () => ({ n: 1 }),
  train: ({ params }) => ({ m: Number(params.n) + Number(params.rate) }),
  score: ({ params }) => ({ s: params.m }),
  report: () => ({ done: true }),
};

async function failed(steps: readonly PlanStep[] = chain): Promise<{
  store: RunStore;
  directory: string;
  run: RunRecord;
  planned: Plan;
}> {
  const { store, directory } = newStoreFolder();
  const planned = plan(steps);
  const broken: Body = () => {
    throw new Error('no report today');
  };
  const run = await runPlan(planned, { store, submitStep: inProcess(store, { ...working, report: broken }) });
  return { store, directory, run, planned };
}

describe('resuming a failed pipeline', () => {
  it('repeats no step that completed', async () => {
    const { store, run, planned } = await failed();
    const { record, notes } = await resume(store, run, { plan: planned }, working);
    expect(record.state).toBe('completed');
    expect(states(record)).toEqual({ load: 'given', train: 'given', score: 'given', report: 'completed' });
    expect(record.steps?.[0]?.reason).toBe(`resumed: completed in run ${run.uid}`);
    expect(record.steps?.[0]?.runUid).toBe(run.steps?.[0]?.runUid);
    expect(notes).toEqual([]);
  });

  it('can be done again and again, also when a resumed run fails', async () => {
    const { store, run, planned } = await failed();
    const prior = await findPriorSteps(store, run, planned);
    const once = reuseSteps(planned, planned, prior).plan;
    const second = await runPlan(once, {
      store,
      submitStep: inProcess(store, {
        report: () => {
          throw new Error('still none');
        },
      }),
    });
    expect(second.state).toBe('error');
    const third = await resume(store, second, { plan: planned, previous: once }, working);
    expect(states(third.record)).toEqual({
      load: 'given',
      train: 'given',
      score: 'given',
      report: 'completed',
    });
  });

  it('runs a step again whose params or code changed, all that depends on it, and says so', async () => {
    const { store, run, planned } = await failed();
    const steps = chain.map((one) =>
      one.id === 'train' ? { ...one, arguments: { ...one.arguments, rate: literal(0.5) } } : one,
    );
    const changed = await resume(store, run, { plan: plan(steps), previous: planned }, working);
    expect(states(changed.record)).toEqual({
      load: 'given',
      train: 'completed',
      score: 'completed',
      report: 'completed',
    });
    expect(changed.notes).toEqual(['step "train" runs again: its params changed (rate)']);
    const functions = planned.spec.functions.any;
    const recoded = plan(chain, {
      functions: functions === undefined ? {} : { any: { ...functions, digest: `sha256:${'c'.repeat(64)}` } },
    });
    const other = await resume(store, run, { plan: recoded, previous: planned }, working);
    expect(other.notes).toEqual(['step "load" runs again: its code changed']);
    expect(states(other.record).load).toBe('completed');
  });

  it('makes an artifact again that was removed since', async () => {
    const steps = [
      step('load'),
      step('use', { arguments: { data: output('load', 'rows') } }),
      step('report', { arguments: { x: output('use', 'x') } }),
    ];
    const { store, directory } = newStoreFolder();
    const made: Readonly<Record<string, Body>> = {
      load: ({ artifact }) => ({ rows: artifact('rows') }),
      use: () => ({ x: 1 }),
      report: () => undefined,
    };
    const planned = plan(steps);
    const run = await runPlan(planned, {
      store,
      submitStep: inProcess(store, {
        ...made,
        use: () => {
          throw new Error('not yet');
        },
      }),
    });
    rmSync(path.join(directory, 'artifacts'), { recursive: true });
    const { record, notes } = await resume(store, run, { plan: planned }, made);
    expect(record.state).toBe('completed');
    expect(notes).toEqual(['step "load" runs again: its artifact "rows" is no longer in the store']);
  });

  it('is impossible without the plan, which is said', () => {
    const { directory } = newStoreFolder();
    expect(() => readArchivedPlan(directory, { uid: 'x1' })).toThrow(
      expect.objectContaining({ code: 'RESUME_IMPOSSIBLE', message: expect.stringContaining('"x1"') }),
    );
  });

  it('goes by how the run itself was started, not by how another one of the same plan was', () => {
    const { directory } = newStoreFolder();
    const digest = digestPlan(killedPlan);
    const of = (uid: string): ReturnType<typeof readArchivedPlan> =>
      readArchivedPlan(directory, { uid, function: { name: 'killed', handler: 'killed', digest } });
    const first = { plan: killedPlan, source: 'main', runtime: 'docker', cache: 'on' } as const;
    archivePlan(directory, first, 'first');
    archivePlan(directory, { plan: killedPlan, engine: 'argo' }, 'second');
    expect(of('first')).toEqual(first);
    expect(of('second')).toEqual({ plan: killedPlan, engine: 'argo' });
    expect(of('third'), 'of one that was started elsewhere only the plan is known').toEqual({
      plan: killedPlan,
    });
    archivePlan(directory, { plan: killedPlan, engine: 'argo', image: 'x' });
    expect(of('third'), 'of those that nobody follows').toEqual({
      plan: killedPlan,
      engine: 'argo',
      image: 'x',
    });
    expect(of('first')).toEqual(first);
  });
});

describe('an artifact removed between two steps', () => {
  it('fails the step that needs it, with the way to make it again', async () => {
    const { store, directory } = newStoreFolder();
    const planned = plan([step('load'), step('use', { arguments: { data: output('load', 'rows') } })]);
    const record = await runPlan(planned, {
      store,
      submitStep: inProcess(store, { load: ({ artifact }) => ({ rows: artifact('rows') }) }),
      onEvent: (event) => {
        if (event.type === 'step' && event.state === 'completed')
          rmSync(path.join(directory, 'artifacts'), { recursive: true });
      },
    });
    expect(record.steps?.[1]?.error).toMatchObject({
      code: 'STEP_ARTIFACT_GONE',
      message: expect.stringMatching(
        /^step "use" needs "store:\/\/demo\/rows@.*" as its input "data", which is no longer/,
      ),
      hint: expect.stringContaining('slipway pipeline resume'),
    });
  });
});

describe('a part of a pipeline', () => {
  const fresh = async (): Promise<{ store: RunStore; run: RunRecord; planned: Plan }> => {
    const { store } = newStoreFolder();
    const planned = plan([...chain, step('aside', { after: ['load'] })]);
    return {
      store,
      planned,
      run: await runPlan(planned, { store, submitStep: inProcess(store, { ...working, any: () => ({}) }) }),
    };
  };
  const part = async (selection: StepSelection): Promise<RunRecord> => {
    const { store, run, planned } = await fresh();
    const prior = await findPriorSteps(store, run, planned);
    return runPlan(selectSteps(planned, selection, prior), {
      store,
      submitStep: inProcess(store, { ...working, any: () => ({}) }),
    });
  };

  it.each<[StepSelection, Record<string, string>]>([
    [
      { from: 'score' },
      { load: 'skipped', train: 'given', score: 'completed', report: 'completed', aside: 'skipped' },
    ],
    [
      { only: 'train' },
      { load: 'given', train: 'completed', score: 'skipped', report: 'skipped', aside: 'skipped' },
    ],
    [
      { until: 'train' },
      { load: 'completed', train: 'completed', score: 'skipped', report: 'skipped', aside: 'skipped' },
    ],
    [
      { from: 'train', until: 'score' },
      { load: 'given', train: 'completed', score: 'completed', report: 'skipped', aside: 'skipped' },
    ],
  ])('%j runs what was asked for, and every step is in the report', async (selection, expected) => {
    const record = await part(selection);
    expect(record.state).toBe('completed');
    expect(states(record)).toEqual(expected);
    const skipped = record.steps?.find((one) => one.state === 'skipped');
    expect(skipped?.reason).toMatch(/^not asked for \(--/);
  });

  it.each([
    [{ from: 'score', until: 'train' }, 'it is the other way round: --from train --until score'],
    [{ from: 'aside', until: 'train' }, 'name two steps of which the second needs the first'],
  ])('refuses %j, which leaves no step to run', async (selection, hint) => {
    await expect(part(selection)).rejects.toMatchObject({
      code: 'STEP_UNKNOWN',
      message: `no step is left to run: "train" does not depend on "${selection.from}"`,
      hint: expect.stringContaining(hint),
    });
  });

  it('takes the outputs of a map from the earlier run, item by item', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'slipway-part-'));
    const store = openLocalStore({ directory, project: 'demo' });
    const run = await runPlan(killedPlan, { store, submitStep: inProcess(store, bodies(directory)) });
    const prior = await findPriorSteps(store, run, killedPlan);
    const only = selectSteps(killedPlan, { only: 'sum' }, prior);
    const record = await runPlan(only, { store, submitStep: inProcess(store, bodies(directory)) });
    expect(record).toMatchObject({ state: 'completed', outputs: { sum: 6 } });
    expect(states(record)).toEqual({
      load: 'given',
      double: 'completed',
      'double[0]': 'given',
      'double[1]': 'given',
      aside: 'skipped',
      sum: 'completed',
    });
  });

  it('is refused for steps that do not exist, and for outputs that no run has', async () => {
    const { store, run, planned } = await fresh();
    const prior = await findPriorSteps(store, run, planned);
    expect(() => selectSteps(planned, { only: 'scoer' }, prior)).toThrow(
      expect.objectContaining({ code: 'STEP_UNKNOWN', hint: 'did you mean "score"?' }),
    );
    expect(() => selectSteps(planned, { only: 'score' }, undefined)).toThrow(
      'the step "train" is needed for --only score, but the pipeline has not run yet',
    );
    const { store: other, run: stopped } = await failed();
    const incomplete = await findPriorSteps(other, stopped, planned);
    const longer = plan([...chain, step('after', { arguments: { x: output('report', 'done') } })]);
    expect(() => selectSteps(longer, { from: 'after' }, incomplete)).toThrow(
      `the step "report" is needed for --from after, but run "${stopped.uid}" does not have the outputs`,
    );
  });
});
