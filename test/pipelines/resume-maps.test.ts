import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/pipelines/plan/plan.ts';
import { findPriorSteps } from '../../src/pipelines/resume/prior-steps.ts';
import { reuseSteps } from '../../src/pipelines/resume/reuse-steps.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { type Body, inProcess, newStore } from './support/in-process.ts';
import { output, plan, step } from './support/plan.ts';

async function resume(
  store: RunStore,
  run: RunRecord,
  { planned, previous }: { planned: Plan; previous: Plan },
  steps: Readonly<Record<string, Body>>,
): Promise<{ record: RunRecord; notes: readonly string[] }> {
  const prior = await findPriorSteps(store, run, previous);
  const { plan: pruned, notes } = reuseSteps(planned, previous, prior);
  return { record: await runPlan(pruned, { store, submitStep: inProcess(store, steps) }), notes };
}

describe('resuming a map over files', () => {
  const over = (...files: readonly string[]): Plan =>
    plan(
      [
        step('load', {
          map: 'load',
          arguments: { data: { type: 'item', of: 'load', part: 'value', path: [] } },
        }),
      ],
      { maps: { load: { items: { type: 'literal', value: files }, after: [] } }, onFailure: 'continue' },
    );
  const load: Body = ({ inputs }) => {
    if (inputs.data?.uri === 'bad.csv') throw new Error('no table');
    return { of: inputs.data?.uri ?? '' };
  };
  const loaded = (record: RunRecord): readonly unknown[] =>
    (record.steps ?? [])
      .filter(({ id }) => id !== 'load')
      .map(({ id, results, cached = false }) => [id, results?.of, cached])
      .sort();

  async function resumed(
    first: readonly string[],
    second: readonly string[],
  ): Promise<{ record: RunRecord; notes: readonly string[] }> {
    const store = newStore();
    const previous = over(...first);
    const run = await runPlan(previous, { store, submitStep: inProcess(store, { load }) });
    return resume(store, run, { planned: over(...second), previous }, { load });
  }

  it('gives no item what another one had at its place, and says so', async () => {
    const { record, notes } = await resumed(['bad.csv', 'a.csv', 'b.csv'], ['a.csv', 'b.csv']);
    expect(record.state).toBe('completed');
    expect(loaded(record)).toEqual([
      ['load[0]', 'a.csv', false],
      ['load[1]', 'b.csv', false],
    ]);
    expect(notes).toEqual(['step "load[1]" runs again: its inputs changed (data)']);
  });

  it('repeats no item that is what it was, also in a longer list', async () => {
    const same = await resumed(['a.csv', 'bad.csv'], ['a.csv', 'bad.csv']);
    expect(loaded(same.record)[0]).toEqual(['load[0]', 'a.csv', true]);
    const longer = await resumed(['a.csv', 'bad.csv'], ['a.csv', 'b.csv', 'c.csv']);
    expect(loaded(longer.record)).toEqual([
      ['load[0]', 'a.csv', true],
      ['load[1]', 'b.csv', false],
      ['load[2]', 'c.csv', false],
    ]);
    expect([same.notes, longer.notes]).toEqual([[], []]);
  });

  it('compares the items of a list that a step gives, and of lists inside lists', async () => {
    const store = newStore();
    const planned = plan(
      [
        step('list'),
        step('load', {
          map: 'files',
          arguments: { data: { type: 'item', of: 'files', part: 'value', path: [] } },
        }),
        step('report', { after: ['load'] }),
      ],
      {
        maps: {
          users: { items: output('list', 'users'), after: [] },
          files: {
            items: { type: 'item', of: 'users', part: 'value', path: ['files'] },
            within: 'users',
            after: [],
          },
        },
      },
    );
    const list: Body = () => ({ users: [{ files: ['a.csv'] }, { files: ['b.csv', 'c.csv'] }] });
    const report: Body = () => {
      throw new Error('not yet');
    };
    const run = await runPlan(planned, { store, submitStep: inProcess(store, { list, load, report }) });
    const { record, notes } = await resume(
      store,
      run,
      { planned, previous: planned },
      { report: () => ({}) },
    );
    expect(record.state).toBe('completed');
    expect(
      record.steps
        ?.filter(({ cached }) => cached)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['list', 'load[0][0]', 'load[1][0]', 'load[1][1]']);
    expect(notes).toEqual([]);
  });
});
