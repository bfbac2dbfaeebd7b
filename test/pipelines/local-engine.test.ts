import { describe, expect, it } from 'vitest';
import { diskFull } from '../../src/core/errors.ts';
import type { PipelineEvent } from '../../src/pipelines/pipeline-event.ts';
import { runPlan, startPlan } from '../../src/pipelines/run-plan.ts';
import type { EventBody } from '../../src/tracking/journal-event.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { type Body, inProcess, newStore, untilAborted } from './support/in-process.ts';
import { literal, output, plan, step } from './support/plan.ts';

const states = (record: RunRecord): Record<string, string> =>
  Object.fromEntries((record.steps ?? []).map((one) => [one.id, one.state]));
const reasons = (record: RunRecord): Record<string, string | undefined> =>
  Object.fromEntries((record.steps ?? []).map((one) => [one.id, one.reason]));

const diamond = [
  step('load'),
  step('left', { arguments: { n: output('load', 'n') } }),
  step('right', { arguments: { n: output('load', 'n') } }),
  step('join', { arguments: { sum: { type: 'list', items: [output('left', 'n'), output('right', 'n')] } } }),
];

/** The store, with a disk that is full from a certain event of a pipeline on: what a real disk does not do on demand. */
function fillingUp(store: RunStore, isLast: (event: EventBody) => boolean): RunStore {
  const createRun: RunStore['createRun'] = (created) => {
    const writer = store.createRun(created);
    let isFull = false;
    return new Proxy(writer, {
      get: (target, key) => {
        if (key !== 'append') {
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (event: EventBody) => {
          isFull ||= isLast(event);
          if (isFull) throw diskFull('"events.jsonl" cannot be written: the disk is full');
          return target.append(event);
        };
      },
    });
  };
  return new Proxy(store, {
    get: (target, key) => (key === 'createRun' ? createRun : Reflect.get(target, key, target)),
  });
}

describe('a plan on the local engine', () => {
  it('passes results on by value, also into lists and from nested properties, and gives the outputs', async () => {
    const store = newStore();
    const seen: unknown[] = [];
    const record = await runPlan(
      plan([...diamond, step('look', { arguments: { deep: output('join', 'nested', 'list', '1') } })], {
        outputs: {
          total: output('join', 'total'),
          all: { type: 'record', entries: { left: output('left', 'n') } },
        },
      }),
      {
        store,
        submitStep: inProcess(store, {
          load: () => ({ n: 20 }),
          left: ({ params }) => ({ n: Number(params.n) + 1 }),
          right: ({ params }) => ({ n: Number(params.n) + 2 }),
          join: ({ params }) => ({
            total: (params.sum as number[]).reduce((a, b) => a + b),
            nested: { list: [0, false] },
          }),
          look: ({ params }) => void seen.push(params.deep),
        }),
      },
    );
    expect(record.state).toBe('completed');
    expect(record.outputs).toEqual({ total: 43, all: { left: 21 } });
    expect(seen).toEqual([false]);
    expect(record.kind).toBe('pipeline');
  });

  it('hands artifacts over as inputs by their pinned URI with digest and size', async () => {
    const store = newStore();
    const got = new Map<string, unknown>();
    const record = await runPlan(
      plan([
        step('make'),
        step('use', { arguments: { data: output('make', 'rows') } }),
        step('use-result', { arguments: { data: output('make', 'other') } }),
        step('use-text', { arguments: { data: output('make', 'path') } }),
      ]),
      {
        store,
        submitStep: inProcess(store, {
          make: ({ artifact }) => ({ other: artifact('rows'), path: 'some/file.csv' }),
          any: (call) => void got.set(call.step, call.inputs.data),
        }),
      },
    );
    expect(record.state).toBe('completed');
    const pinned = {
      uri: expect.stringMatching(/^store:\/\/demo\/rows@sha256:/),
      digest: expect.any(String),
      size: 4,
    };
    expect(Object.fromEntries(got)).toEqual({
      use: pinned,
      'use-result': pinned,
      'use-text': { uri: 'some/file.csv' },
    });
  });

  it('runs branches at the same time, but never more steps than allowed', async () => {
    const store = newStore();
    let now = 0;
    let most = 0;
    const body: Body = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    };
    const wide = plan(Array.from({ length: 12 }, (_, i) => step(`s${i}`)));
    await runPlan(wide, { store, submitStep: inProcess(store, { any: body }), parallelism: 3 });
    expect(most).toBe(3);
  });

  it('lets two branches meet that each need the other to be running', async () => {
    const store = newStore();
    let first: () => void = () => undefined;
    const met = new Promise<void>((resolve) => {
      first = resolve;
    });
    const record = await runPlan(plan([step('a'), step('b')]), {
      store,
      submitStep: inProcess(store, { a: () => met, b: () => first() }),
      parallelism: 2,
    });
    expect(record.state).toBe('completed');
  });

  it('orders steps by `after` where no data does', async () => {
    const store = newStore();
    const order: string[] = [];
    await runPlan(plan([step('a', { after: ['z'] }), step('z')]), {
      store,
      submitStep: inProcess(store, { any: (call) => void order.push(call.step) }),
    });
    expect(order).toEqual(['z', 'a']);
  });

  it('stops at the first failure: nothing new starts, what runs is aborted, and every step says why', async () => {
    const store = newStore();
    const record = await runPlan(
      plan([
        step('slow'),
        step('bad'),
        step('child', { arguments: { x: output('bad', 'x') } }),
        step('late', { after: ['slow'] }),
      ]),
      {
        store,
        submitStep: inProcess(store, {
          slow: ({ signal }) => untilAborted(signal),
          bad: () => {
            throw new Error('no more disk');
          },
          any: () => undefined,
        }),
        parallelism: 2,
      },
    );
    expect(record.state).toBe('error');
    expect(record.error).toMatchObject({ code: 'STEP_FAILED', message: 'step "bad" failed: no more disk' });
    expect(states(record)).toEqual({ slow: 'aborted', bad: 'error', child: 'skipped', late: 'skipped' });
    expect(reasons(record)).toMatchObject({
      slow: 'step "bad" failed',
      child: 'step "bad" failed',
      late: 'step "bad" failed',
    });
    expect((await store.getRun(record.uid)).steps).toEqual(record.steps);
  });

  it('goes on with what does not depend on the failed step when told to continue', async () => {
    const store = newStore();
    const record = await runPlan(
      plan(
        [
          step('bad'),
          step('child', { arguments: { x: output('bad', 'x') } }),
          step('grandchild', { arguments: { x: output('child', 'x') } }),
          step('free'),
          step('free-child', { after: ['free'] }),
        ],
        { onFailure: 'continue', outputs: { lost: output('grandchild', 'x'), kept: output('free', 'x') } },
      ),
      {
        store,
        submitStep: inProcess(store, {
          bad: () => {
            throw new Error('boom');
          },
          any: () => ({ x: 0 }),
        }),
      },
    );
    expect(record.state).toBe('error');
    expect(states(record)).toEqual({
      bad: 'error',
      child: 'skipped',
      grandchild: 'skipped',
      free: 'completed',
      'free-child': 'completed',
    });
    expect(reasons(record).child).toBe('step "bad" failed');
    expect(reasons(record).grandchild).toBe('step "child" was skipped: step "bad" failed');
    expect(record.outputs).toEqual({ kept: 0 });
  });

  it('names both steps and what there is when an output is missing', async () => {
    const store = newStore();
    const record = await runPlan(
      plan([step('make'), step('use', { arguments: { data: output('make', 'dataste') } })]),
      {
        store,
        submitStep: inProcess(store, { make: ({ artifact }) => ({ dataset: artifact('dataset'), rows: 3 }) }),
      },
    );
    expect(record.steps?.[1]?.error).toMatchObject({
      code: 'STEP_OUTPUT_MISSING',
      message:
        'step "use" (argument "data") needs the output "dataste" of step "make", which step "make" did not produce; it produced: dataset, rows',
      hint: 'did you mean "dataset"?',
    });
    expect(record.state).toBe('error');
  });

  it('counts what submitting throws as the failure of that step', async () => {
    const store = newStore();
    const record = await runPlan(plan([step('unknown')]), { store, submitStep: inProcess(store, {}) });
    expect(record.steps?.[0]).toMatchObject({
      state: 'error',
      error: { message: 'no body for step "unknown"' },
    });
    expect(record.state).toBe('error');
  });

  it('aborts running steps and skips the others when it is asked to stop', async () => {
    const store = newStore();
    const abort = new AbortController();
    const onEvent = (event: PipelineEvent): void => {
      if (event.type === 'step' && event.state === 'running') abort.abort('interrupted by Ctrl-C');
    };
    const record = await runPlan(plan([step('a'), step('b', { after: ['a'] })]), {
      store,
      submitStep: inProcess(store, { any: ({ signal }) => untilAborted(signal) }),
      signal: abort.signal,
      onEvent,
    });
    expect(record.state).toBe('aborted');
    expect(record.error).toMatchObject({ code: 'RUN_ABORTED', kind: 'cancelled' });
    expect(states(record)).toEqual({ a: 'aborted', b: 'skipped' });
    expect(reasons(record)).toEqual({ a: 'interrupted by Ctrl-C', b: 'interrupted by Ctrl-C' });
  });

  it('starts nothing when it was aborted before it began', async () => {
    const store = newStore();
    const record = await runPlan(plan([step('a')]), {
      store,
      submitStep: inProcess(store, {}),
      signal: AbortSignal.abort('too late'),
    });
    expect(record.state).toBe('aborted');
    expect(states(record)).toEqual({ a: 'skipped' });
  });

  it('ends as an error with RUN_TIMEOUT when the whole takes too long', async () => {
    const store = newStore();
    const record = await runPlan(plan([step('a')]), {
      store,
      submitStep: inProcess(store, { a: ({ signal }) => untilAborted(signal) }),
      timeoutMs: 20,
    });
    expect(record).toMatchObject({ state: 'error', error: { code: 'RUN_TIMEOUT', kind: 'timeout' } });
    expect(states(record)).toEqual({ a: 'aborted' });
  });

  it('stops when somebody else asks the run to', async () => {
    const store = newStore();
    const running = startPlan(plan([step('a')]), {
      store,
      submitStep: inProcess(store, { a: ({ signal }) => untilAborted(signal) }),
      stopRequested: async (uid) => `asked to stop ${uid}`,
    });
    const record = await running.wait();
    expect(record.state).toBe('aborted');
    expect(record.error?.message).toContain(running.uid);
  });

  it('skips a step whose condition does not hold, what needs its data, and nothing else', async () => {
    const store = newStore();
    const when = {
      type: 'compare' as const,
      operator: '>=' as const,
      left: output('train', 'accuracy'),
      right: literal(0.9),
    };
    const record = await runPlan(
      plan([
        step('train'),
        step('deploy', { when }),
        step('retry', { when: { type: 'not', condition: when } }),
        step('announce', { arguments: { url: output('deploy', 'url') } }),
        step('tidy', { after: ['deploy'] }),
      ]),
      { store, submitStep: inProcess(store, { train: () => ({ accuracy: 0.8 }), any: () => undefined }) },
    );
    expect(record.state).toBe('completed');
    expect(states(record)).toEqual({
      train: 'completed',
      deploy: 'skipped',
      retry: 'completed',
      announce: 'skipped',
      tidy: 'completed',
    });
    expect(reasons(record).deploy).toBe('its condition does not hold: train.accuracy (0.8) >= 0.9');
  });

  it('runs the exit step at the end, with the final status, and counts its failure', async () => {
    const store = newStore();
    const seen: unknown[] = [];
    const record = await runPlan(plan([step('bad')], { onExit: step('notify') }), {
      store,
      submitStep: inProcess(store, {
        bad: () => {
          throw new Error('boom');
        },
        notify: ({ params }) => void seen.push(params.status),
      }),
    });
    expect(seen).toMatchObject([{ state: 'error', failed: ['bad'], error: { code: 'STEP_FAILED' } }]);
    expect(states(record)).toEqual({ bad: 'error', notify: 'completed' });

    const failing = await runPlan(plan([step('good')], { onExit: step('notify') }), {
      store,
      submitStep: inProcess(store, {
        good: () => undefined,
        notify: () => {
          throw new Error('no mail');
        },
      }),
    });
    expect(failing).toMatchObject({ state: 'error', error: { message: 'step "notify" failed: no mail' } });
  });

  it('tells the exit step that an output of the pipeline is missing', async () => {
    const store = newStore();
    const outputs = { model: output('train', 'nothing') };
    const record = await runPlan(plan([step('train')], { outputs, onExit: step('notify') }), {
      store,
      submitStep: inProcess(store, {
        train: () => ({ score: 1 }),
        notify: ({ params }) => ({ status: params.status }),
      }),
    });
    const error = { code: 'STEP_OUTPUT_MISSING' };
    expect(record).toMatchObject({ state: 'error', error });
    expect(record.steps?.[1]?.results).toMatchObject({ status: { state: 'error', failed: [], error } });
  });

  it('refuses what it cannot do instead of leaving it out', () => {
    const store = newStore();
    const options = { store, submitStep: inProcess(store, {}) };
    const imaged = step('m', { options: { image: 'node:20', runtime: 'inline' } });
    const cached = step('c', { options: { cache: { mode: 'on' } } });
    expect(() => startPlan(plan([imaged, cached]), options)).toThrow(
      /step "m" asks for the image "node:20"[\s\S]*step "c" asks for caching/,
    );
    expect(() =>
      startPlan(plan([step('a', { after: ['b'] }), step('b', { after: ['a'] })]), options),
    ).toThrow('steps wait for each other: a → b → a');
  });

  it('tells what happens as it happens, with the plan first and the record last', async () => {
    const store = newStore();
    const events: string[] = [];
    await runPlan(plan([step('a'), step('b', { after: ['a'] })]), {
      store,
      submitStep: inProcess(store, { any: () => ({ x: 1 }) }),
      onEvent: (event) => events.push(event.type === 'step' ? `${event.step} ${event.state}` : event.type),
    });
    expect(events).toEqual(['started', 'a running', 'a completed', 'b running', 'b completed', 'ended']);
  });

  it('has every step in the journal before the first one runs', async () => {
    const store = newStore();
    let early: RunRecord | undefined;
    const running = startPlan(plan([step('a'), step('b', { after: ['a'] })]), {
      store,
      submitStep: inProcess(store, {
        a: async () => {
          early = await store.getRun(running.uid);
        },
        b: () => undefined,
      }),
    });
    await running.wait();
    expect(early?.state).toBe('running');
    expect(early && Object.keys(states(early))).toEqual(['a', 'b']);
    expect(early && states(early).b).toBe('created');
  });

  it('ends at once, with every running step aborted, when its journal can no longer be written', async () => {
    const store = newStore();
    const ended: string[] = [];
    const full = fillingUp(
      store,
      (event) => event.kind === 'step' && event.id === 'quick' && event.state === 'completed',
    );
    const running = startPlan(plan([step('slow'), step('quick'), step('later', { after: ['quick'] })]), {
      store: full,
      submitStep: inProcess(store, {
        slow: ({ signal }) => untilAborted(signal).finally(() => ended.push('slow')),
        quick: () => undefined,
        later: () => void ended.push('later'),
      }),
      parallelism: 2,
    });
    await expect(running.wait()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(ended).toEqual(['slow']);
    await running.abort('too late to matter');
  });

  it('keeps parent and step in each step run, and lists them only on request', async () => {
    const store = newStore();
    const record = await runPlan(plan([step('a')]), {
      store,
      submitStep: inProcess(store, { a: () => undefined }),
    });
    const child = await store.getRun(record.steps?.[0]?.runUid ?? '');
    expect(child).toMatchObject({ kind: 'step', parent: record.uid, step: 'a' });
    const listed = await store.searchRuns({});
    expect(listed.runs.map((run) => run.uid)).toEqual([record.uid]);
  });
});
