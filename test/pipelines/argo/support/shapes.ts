import type { Plan, PlanCondition, PlanStep } from '../../../../src/pipelines/plan/plan.ts';
import { literal, output, plan, step } from '../../support/plan.ts';
import { gather, item, map } from './compile.ts';

const above = (from: string, limit: number): PlanCondition => ({
  type: 'compare',
  operator: '>',
  left: output(from, 'score'),
  right: literal(limit),
});

const use = (...from: readonly string[]): Pick<PlanStep, 'arguments'> => ({
  arguments: Object.fromEntries(from.map((id) => [id.replace(/\W/g, '_'), output(id, 'result')])),
});

/** Every shape of graph that a plan can have, each as small as it gets. */
export const shapes: Readonly<Record<string, Plan>> = {
  single: plan([step('only')]),
  chain: plan([step('a'), step('b', use('a')), step('c', use('b'))]),
  diamond: plan([step('a'), step('b', use('a')), step('c', use('a')), step('d', use('b', 'c'))]),
  'order-only': plan([step('a'), step('b', { after: ['a'] })]),
  independent: plan([step('a'), step('b'), step('c')], { onFailure: 'continue', parallelism: 2 }),
  nested: plan([step('outer'), step('inner.first', use('outer')), step('inner.second', use('inner.first'))]),
  condition: plan([
    step('train'),
    step('deploy', { ...use('train'), when: above('train', 0.9) }),
    step('notify', { after: ['deploy'] }),
  ]),
  'condition of two': plan([
    step('left'),
    step('right'),
    step('best', { when: { type: 'and', conditions: [above('left', 1), above('right', 1)] } }),
  ]),
  map: plan(
    [
      step('list'),
      step('work', { map: 'each', arguments: { n: item('each') } }),
      step('sum', { arguments: { all: gather('each', output('work', 'result'), ['work']) } }),
    ],
    { maps: { each: map(output('list', 'items'), { parallelism: 3 }) } },
  ),
  'map of literals': plan([step('work', { map: 'each', arguments: { n: item('each') } })], {
    maps: { each: map({ type: 'literal', value: ['x', 'y', 'z'] }) },
  }),
  'map in a map': plan(
    [
      step('list'),
      step('row', { map: 'rows', arguments: { row: item('rows') } }),
      step('cell', { map: 'cells', arguments: { cell: item('cells') } }),
      step('sum', {
        arguments: {
          all: gather('rows', gather('cells', output('cell', 'result'), ['cell']), ['row']),
        },
      }),
    ],
    {
      maps: {
        rows: map(output('list', 'rows')),
        cells: map(output('row', 'cells'), { within: 'rows', parallelism: 2 }),
      },
    },
  ),
  'map of two': plan([step('a'), step('b'), step('work', { map: 'each', arguments: { n: item('each') } })], {
    maps: { each: map({ type: 'list', items: [output('a', 'x'), output('b', 'x')] }) },
    onFailure: 'continue',
  }),
  exit: plan([step('work')], { onExit: step('notify') }),
  classes: plan([
    step('small'),
    step('large', { ...use('small'), options: { resources: { memory: 2 ** 31, cpus: 2 } } }),
    step('slow', {
      ...use('large'),
      options: { timeoutMs: 60_000, retry: { retries: 2 }, secrets: ['TOKEN'] },
    }),
  ]),
  'odd names': plan([
    step('2nd attempt'),
    step('a.b', { after: ['2nd attempt'] }),
    step('a-b', { after: ['a.b'] }),
    step('y', { after: ['a-b'] }),
  ]),
};
