import { describe, expect, it } from 'vitest';
import { diffPlans, isSamePlan, renderPlanDifference } from '../../src/pipelines/plan/diff-plans.ts';
import type { Plan } from '../../src/pipelines/plan/plan.ts';
import { literal, output, plan, step } from './support/plan.ts';

const before = plan(
  [
    step('load'),
    step('train', { arguments: { data: output('load', 'rows'), depth: literal(4), old: literal(1) } }),
    step('check', { after: ['load'] }),
    step('gone'),
  ],
  {
    arguments: { rate: 0.1, dropped: 1 },
    outputs: { accuracy: output('train', 'accuracy') },
    maps: { names: { items: output('load', 'names'), after: [] } },
  },
);

function changedPlan(): Plan {
  const made = plan(
    [
      step('load'),
      step('train', {
        arguments: { data: output('load', 'clean'), depth: literal(5), more: output('check', 'x') },
        when: { type: 'truthy', value: output('load', 'ready') },
        options: { timeoutMs: 100 },
        sweep: { hyperparams: { depth: [1, 2] } },
      }),
      step('check', { function: 'other', after: ['new'] }),
      step('new'),
    ],
    {
      arguments: { rate: 0.2, added: 'x' },
      outputs: { accuracy: output('train', 'f1') },
      maps: { names: { items: output('load', 'names'), after: [], parallelism: 2 } },
      onFailure: 'continue',
      parallelism: 3,
      onExit: step('bye'),
    },
  );
  const any = made.spec.functions.any;
  if (any === undefined) throw new Error('the plan has no function');
  const functions = { any: { ...any, digest: `sha256:${'b'.repeat(64)}` }, other: { ...any, name: 'other' } };
  return { ...made, spec: { ...made.spec, functions } };
}

describe('the difference of two plans', () => {
  it('is told in words: steps that are new or gone, and what changed of each', () => {
    const after = changedPlan();
    const old = before.spec.functions.any?.digest.slice(7, 19);
    expect(renderPlanDifference(diffPlans(before, after))).toBe(
      [
        'the policy after a failure changed "stop" → "continue"',
        'steps at once is new: 3',
        'the parameter "rate" changed 0.1 → 0.2',
        'the parameter "dropped" is gone: it was 1',
        'the parameter "added" is new: "x"',
        'the output "accuracy" changed "train.accuracy" → "train.f1"',
        'the map "names" changed "load.names" → "load.names, 2 at once"',
        'the exit step is new: "bye"',
        '+ step "new" is new',
        '+ step "bye" is new',
        '- step "gone" is gone',
        '~ step "load"',
        `    its code changed (${old} → bbbbbbbbbbbb)`,
        '~ step "train"',
        `    its code changed (${old} → bbbbbbbbbbbb)`,
        '    its argument "data" changed load.rows → load.clean',
        '    its argument "depth" changed 4 → 5',
        '    its argument "old" is gone: it was 1',
        '    its argument "more" is new: check.x',
        '    its condition is new: load.ready',
        '    its sweep is new: {"hyperparams":{"depth":[1,2]}}',
        '    its option "timeoutMs" is new: 100',
        '~ step "check"',
        '    calls other.any instead of any.any',
        '    now comes after "new"',
        '    no longer has to come after "load"',
      ].join('\n'),
    );
  });

  it('is none between a plan and itself on another machine', () => {
    const any = before.spec.functions.any;
    const elsewhere = {
      ...before,
      spec: {
        ...before.spec,
        steps: [...before.spec.steps].reverse(),
        functions: any === undefined ? {} : { any: { ...any, bundleDirectory: '/other/place' } },
      },
    };
    expect(isSamePlan(diffPlans(before, elsewhere))).toBe(true);
    expect(renderPlanDifference(diffPlans(before, before))).toBe('the plans are the same');
  });
});
