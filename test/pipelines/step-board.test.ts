import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepBoard } from '../../src/pipelines/engine/step-board.ts';
import type { PlanStep } from '../../src/pipelines/plan/plan.ts';
import { dependenciesOf, sortSteps } from '../../src/pipelines/plan/plan-graph.ts';
import { output, step } from './support/plan.ts';

/** Any graph without cycles: each step depends on some of the earlier ones, by data or by order. */
const graph: fc.Arbitrary<readonly PlanStep[]> = fc
  .array(fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((edges) =>
    edges.map((list, i) => {
      const before = i === 0 ? [] : list.map(([at, isData]) => ({ id: `s${at % i}`, isData }));
      const data = before.filter((one) => one.isData);
      return step(`s${i}`, {
        arguments: Object.fromEntries(data.map(({ id }, n) => [`a${n}`, output(id, 'x')])),
        after: [...new Set(before.filter((one) => !one.isData).map((one) => one.id))],
      });
    }),
  );

interface Played {
  readonly order: readonly string[];
  readonly skipped: readonly string[];
}

/** Plays a graph on the board: any running step may end next; steps in `failing` fail. */
function play(steps: readonly PlanStep[], failing: ReadonlySet<string>, picks: readonly number[]): Played {
  const board = new StepBoard({ steps });
  const order: string[] = [];
  const skipped: string[] = [];
  const running: string[] = [];
  for (let turn = 0; !board.isDone; turn++) {
    for (let next = board.start(); next !== undefined; next = board.start()) {
      order.push(next.id);
      running.push(next.id);
    }
    const [id] = running.splice((picks[turn % picks.length] ?? 0) % running.length, 1);
    if (id === undefined) throw new Error('nothing runs, and yet not all is done');
    skipped.push(...board.end(id, failing.has(id) ? 'error' : 'completed').map((one) => one.id));
  }
  return { order, skipped };
}

const picks = fc.array(fc.nat(100), { minLength: 1, maxLength: 20 });

describe('the steps of any graph', () => {
  it('each start once, after everything they depend on', () => {
    fc.assert(
      fc.property(graph, picks, (steps, chosen) => {
        const { order, skipped } = play(steps, new Set(), chosen);
        expect([...order].sort()).toEqual(steps.map((one) => one.id).sort());
        expect(skipped).toEqual([]);
        for (const one of steps)
          for (const id of dependenciesOf(one)) expect(order.indexOf(id)).toBeLessThan(order.indexOf(one.id));
      }),
    );
  });

  it('are skipped if and only if something they depend on failed', () => {
    fc.assert(
      fc.property(graph, picks, fc.array(fc.nat(30), { maxLength: 3 }), (steps, chosen, bad) => {
        const failing = new Set(bad.map((at) => `s${at % steps.length}`));
        const { order, skipped } = play(steps, failing, chosen);
        const blocked = new Set<string>();
        for (const one of steps)
          if (dependenciesOf(one).some((id) => blocked.has(id) || failing.has(id))) blocked.add(one.id);
        expect([...skipped].sort()).toEqual([...blocked].sort());
        expect(order.filter((id) => blocked.has(id))).toEqual([]);
        expect(order.length + skipped.length).toBe(steps.length);
      }),
    );
  });

  it('have one order, whatever order they are written in', () => {
    fc.assert(
      fc.property(graph, fc.func(fc.integer()), (steps, weight) => {
        const shuffled = [...steps].sort((a, b) => weight(a.id) - weight(b.id));
        expect(sortSteps(shuffled)).toEqual(sortSteps(steps));
      }),
    );
  });
});
