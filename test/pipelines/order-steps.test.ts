import { expect, it } from 'vitest';
import { addStep } from '../../src/pipelines/dsl/add-step.ts';
import { pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import { orderSteps } from '../../src/pipelines/plan/order-steps.ts';
import { parsePlan } from '../../src/pipelines/plan/parse-plan.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import { inProcess, newStore } from './support/in-process.ts';
import { packaged } from './support/packaged.ts';

const any = packaged('any', { parameters: [], acceptsUnknown: true });

it('shows the steps of a map in the order of its items, in whatever order they began', async () => {
  const built = pipeline('ordered', (p) => {
    p.map(
      ['z', 'y', 'x'],
      (outer) => {
        p.map(
          Array.from({ length: 11 }, (_, at) => at),
          (inner) => addStep({ function: any, id: 'fit', arguments: { outer, inner } }),
        );
      },
      { key: '' },
    );
    addStep({ function: any, id: 'last' });
  });
  const plan = parsePlan(JSON.parse(JSON.stringify(built.plan())));
  const store = newStore();
  const record = await runPlan(plan, {
    store,
    submitStep: inProcess(store, { fit: () => ({}), last: () => ({}) }),
  });
  const expected = [
    'fit',
    ...['z', 'y', 'x'].flatMap((outer) => Array.from({ length: 11 }, (_, at) => `fit[${outer}][${at}]`)),
    'last',
  ];
  const [whole, last, ...items] = record.steps ?? [];
  expect([whole?.id, last?.id]).toEqual(['fit', 'last']);
  for (const began of [items, items.toReversed(), items.toSorted((a, b) => (a.id < b.id ? -1 : 1))])
    expect(orderSteps([whole, last, ...began].flatMap((step) => step ?? [])).map(({ id }) => id)).toEqual(
      expected,
    );
});
