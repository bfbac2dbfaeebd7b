import { describe, expect, it } from 'vitest';
import { viewTarget } from '../../../src/pipelines/argo/pod/view-target.ts';
import { decide } from '../../../src/pipelines/argo/pod/write-decisions.ts';
import { stepRunUid } from '../../../src/pipelines/argo/step-run-uid.ts';
import type { StepEnd } from '../../../src/pipelines/engine/pipeline-outcome.ts';
import type { Plan } from '../../../src/pipelines/plan/plan.ts';
import { plan } from '../support/plan.ts';
import { shapes } from './support/shapes.ts';

type Json = Readonly<Record<string, never>>;
const gave = (results: object): StepEnd => ({
  state: 'completed',
  outputs: { uid: 'r', results: results as Json, artifacts: [] },
});
const failed: StepEnd = { state: 'error' };

/** What a pod sees, and which runs it asks for. */
async function look(
  given: Plan | undefined,
  id: string,
  ends: Readonly<Record<string, StepEnd>>,
  at: number[] = [],
) {
  const asked: string[] = [];
  const view = await viewTarget(given ?? plan([]), { kind: 'step', id, at }, async (step, position) => {
    const key = [step, ...position].join('.');
    asked.push(key);
    return ends[key];
  });
  return { view, asked: asked.sort() };
}

describe('the pod of a step', () => {
  it('starts with what the step before gave, and asks for no other', async () => {
    const { view, asked } = await look(shapes.chain, 'c', { b: gave({ result: 7 }) });
    expect(view.type).toBe('start');
    expect(asked).toEqual(['b']);
  });

  it('does not run where the step before failed, or never ran because one before it had', async () => {
    expect((await look(shapes.chain, 'b', { a: failed })).view).toEqual({
      type: 'skip',
      reason: 'step "a" failed',
    });
    const { view, asked } = await look(shapes.chain, 'c', { a: failed });
    expect(view).toMatchObject({ type: 'skip', reason: expect.stringContaining('step "b" was skipped') });
    expect(asked).toEqual(['a', 'b']);
  });

  it('runs after a step whose condition did not hold, but not after one that was stopped', async () => {
    const train = gave({ score: 0.1, result: 1 });
    expect((await look(shapes.condition, 'notify', { train })).view.type).toBe('start');
    const good = gave({ score: 0.95, result: 1 });
    expect((await look(shapes.condition, 'notify', { train: good })).view.type).toBe('skip');
  });

  it('of an item looks at that item alone, and decides about what is inside it', async () => {
    const ends = { list: gave({ rows: ['x', 'y'] }), 'row.1': gave({ cells: ['p', 'q', 'r'] }) };
    const { view, asked } = await look(shapes['map in a map'], 'cell', ends, [1, 2]);
    expect(view).toMatchObject({ type: 'start', found: { id: 'cell[1][2]' } });
    expect(asked).toEqual(['list', 'row.1']);
    const row = await look(shapes['map in a map'], 'row', ends, [0]);
    if (row.view.type !== 'start') throw new Error('it does not start');
    const { values, found } = row.view;
    values.keep(found.id, { uid: 'r', results: { cells: ['p', 'q'] }, artifacts: [] });
    const told = decide(
      shapes['map in a map'] ?? plan([]),
      { flags: [], lists: ['cells'] },
      values,
      found.scope,
    );
    expect(told).toEqual({ 'list-1': '[0,1]' });
  });

  it('that gathers a map looks at every item', async () => {
    const ends = {
      list: gave({ items: [1, 2] }),
      'work.0': gave({ result: 1 }),
      'work.1': gave({ result: 2 }),
    };
    const { view, asked } = await look(shapes.map, 'sum', ends);
    expect(view.type).toBe('start');
    expect(asked).toEqual(['list', 'work.0', 'work.1']);
    expect((await look(shapes.map, 'sum', { ...ends, 'work.1': failed })).view.type).toBe('skip');
  });

  it('has a run whose uid follows from pipeline, step and item, near that of the pipeline', () => {
    const pipeline = '01m7zc3bcwhz5z6snkxpvefjm1';
    expect(stepRunUid(pipeline, 'work', [1])).toBe(stepRunUid(pipeline, 'work', [1]));
    expect(stepRunUid(pipeline, 'work', [1])).not.toBe(stepRunUid(pipeline, 'work', [2]));
    expect(stepRunUid(pipeline, 'work', [1]).slice(0, 10)).toBe(pipeline.slice(0, 10));
  });
});
