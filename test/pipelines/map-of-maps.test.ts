import { describe, expect, it } from 'vitest';
import { pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import { parsePlan } from '../../src/pipelines/plan/parse-plan.ts';
import type { Plan } from '../../src/pipelines/plan/plan.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { inProcess, newStore } from './support/in-process.ts';
import { call } from './support/untyped-step.ts';

/** A map whose body is nothing but another map, beside a step that has nothing to do with it. */
const users = pipeline('users', (p) => {
  const list = call('list')();
  // biome-ignore lint/suspicious/noExplicitAny: what a step gives is not known
  p.map(list.users, (user: any) => p.map(user.files, (file: unknown) => call('load')({ file })));
  call('aside')();
  p.onExit(() => call('notify')());
});

function run(given: unknown, onFailure: Plan['spec']['onFailure'] = 'continue'): Promise<RunRecord> {
  const planned = parsePlan(JSON.parse(JSON.stringify(users.plan({}, { onFailure }))));
  const store = newStore();
  const submitStep = inProcess(store, {
    list: () => ({ users: given }),
    load: ({ params }) => ({ of: params.file }),
    aside: () => ({}),
    notify: ({ params }) => ({ status: params.status }),
  });
  return runPlan(planned, { store, submitStep });
}

const states = (record: RunRecord): Record<string, string> =>
  Object.fromEntries((record.steps ?? []).map((one) => [one.id, one.state]));
const stepOf = (record: RunRecord, id: string) => record.steps?.find((one) => one.id === id);

describe('a map that holds nothing but another map', () => {
  it('runs the step inside for each item of each item', async () => {
    const record = await run([{ files: ['a', 'b'] }, { files: [] }, { files: ['c'] }]);
    expect(record.state).toBe('completed');
    expect(states(record)).toMatchObject({ 'load[0][0]': 'completed', 'load[2][0]': 'completed' });
  });

  it('fails like any other when its items are wrong: what is beside it runs, and the exit step is told', async () => {
    const record = await run('abc');
    expect(states(record)).toEqual({
      list: 'completed',
      load: 'error',
      aside: 'completed',
      notify: 'completed',
    });
    expect(stepOf(record, 'load')?.error).toMatchObject({
      code: 'MAP_INVALID',
      message: expect.stringContaining('goes over a list or an object, but got "abc"'),
    });
    expect(stepOf(record, 'notify')?.results).toMatchObject({
      status: { state: 'error', failed: ['load'], error: { code: 'STEP_FAILED' } },
    });
    expect(record).toMatchObject({ state: 'error', error: { details: { failed: ['load'] } } });
  });

  it('stops the pipeline where failures do', async () => {
    const record = await run('abc', 'stop');
    expect(record.error?.details).toMatchObject({ failed: ['load'] });
    expect(states(record)).toMatchObject({ load: 'error', notify: 'completed' });
    expect(Object.values(states(record))).not.toContain('created');
  });

  it('fails by the one item whose own items are wrong', async () => {
    const record = await run([{ files: ['a'] }, { files: 'abc' }]);
    expect(states(record)).toMatchObject({
      'load[0][0]': 'completed',
      'load[1]': 'error',
      aside: 'completed',
    });
    expect(stepOf(record, 'load[1]')?.error?.code).toBe('MAP_INVALID');
    expect(record.error?.details).toMatchObject({ failed: ['load[1]'] });
  });
});
