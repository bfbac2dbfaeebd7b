import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { Plan } from '../../../src/pipelines/plan/plan.ts';
import type { Body } from './in-process.ts';
import { literal, output, plan, step } from './plan.ts';

/** A small pipeline with an artifact, a condition, a map and a step after all of it. */
export const killedPlan: Plan = plan(
  [
    step('load'),
    step('double', {
      map: 'double',
      arguments: { n: { type: 'item', of: 'double', part: 'value', path: [] }, data: output('load', 'rows') },
    }),
    step('aside', {
      when: { type: 'compare', operator: '>', left: output('load', 'count'), right: literal(5) },
    }),
    step('sum', {
      arguments: {
        all: { type: 'gather', of: 'double', value: output('double', 'n'), steps: ['double'], path: [] },
      },
      after: ['aside'],
    }),
  ],
  {
    maps: { double: { items: output('load', 'list'), after: [] } },
    outputs: { sum: output('sum', 'sum') },
    parallelism: 2,
  },
);

/** Steps that note in a file that they ran. */
export function bodies(directory: string): Readonly<Record<string, Body>> {
  const noted =
    (body: Body): Body =>
    (call) => {
      appendFileSync(path.join(directory, 'ran.log'), `${call.step}\n`);
      return body(call);
    };
  return {
    load: noted(({ artifact }) => ({ rows: artifact('rows'), list: [1, 2], count: 2 })),
    double: noted(({ params }) => ({ n: Number(params.n) * 2 })),
    sum: noted(({ params }) => ({ sum: (params.all as number[]).reduce((a, b) => a + b, 0) })),
    any: noted(() => ({})),
  };
}
