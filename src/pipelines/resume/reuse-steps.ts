import { canonicalJson, type Json, toJson } from '../../core/json.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { StepInputs } from '../engine/step-values.ts';
import type { Plan, PlanFunction, PlanStep, PrunedStep } from '../plan/plan.ts';
import { inputsBefore } from './inputs-before.ts';
import type { PriorSteps } from './prior-steps.ts';
import { walkKnown } from './walk-known.ts';

/** A plan to run, and what there is to say about it. */
export interface PrunedPlan {
  readonly plan: Plan;
  /** Steps that run again although they had completed, and why; one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The plan with the steps pruned that an earlier run completed with the same code, params, inputs and environment; everything that
 * depends on a step that runs again runs again. `previous` is the plan of that run.
 */
export function reuseSteps(plan: Plan, previous: Plan, prior: PriorSteps): PrunedPlan {
  const given: Record<string, PrunedStep> = {};
  const notes: string[] = [];
  const inputsOf = inputsBefore(previous, prior);
  walkKnown(plan, {
    prune: (id) => plan.spec.pruned?.[id],
    decide: ({ id, step, called, resolve }) => {
      const lost = prior.lost.get(id);
      if (lost !== undefined) notes.push(`step "${id}" runs again: ${lost}`);
      const record = prior.completed.get(id);
      if (record === undefined) return undefined;
      const before = previous.spec.steps.find((one) => one.id === step.id);
      const then = inputsOf.get(id) ?? {};
      const changed = whatChanged({ step, before, called, record, now: resolve(), then });
      if (changed !== undefined) {
        notes.push(`step "${id}" runs again: ${changed}`);
        return undefined;
      }
      given[id] = givenStep(record, `resumed: completed in run ${prior.run}`);
      return given[id];
    },
  });
  return { plan: withPruned(plan, given), notes };
}

/** What stands for a step that an earlier run completed. */
export function givenStep({ uid, results, artifacts }: RunRecord, reason: string): PrunedStep {
  return { type: 'given', run: uid, results, artifacts, reason };
}

export function withPruned(plan: Plan, pruned: Readonly<Record<string, PrunedStep>>): Plan {
  const all = { ...plan.spec.pruned, ...pruned };
  return Object.keys(all).length === 0 ? plan : { ...plan, spec: { ...plan.spec, pruned: all } };
}

interface Compared {
  readonly step: PlanStep;
  readonly before: PlanStep | undefined;
  readonly called: PlanFunction;
  readonly record: RunRecord;
  readonly now: StepInputs;
  /** The inputs as the plan before told them. */
  readonly then: StepInputs['inputs'];
}

function whatChanged({ step, before, called, record, now, then }: Compared): string | undefined {
  if (before === undefined) return 'it is another step now';
  if (record.function?.digest !== called.digest || record.function.handler !== called.handler)
    return 'its code changed';
  const params = changedParams(called, record, now.params);
  if (params.length > 0) return `its params changed (${params.join(', ')})`;
  const inputs = Object.entries(now.inputs).filter(
    ([name, input]) =>
      !(input.digest === undefined
        ? then[name] !== undefined && same(input, then[name])
        : input.digest === record.inputs[name]?.digest),
  );
  if (inputs.length > 0) return `its inputs changed (${inputs.map(([name]) => name).join(', ')})`;
  const { env, image, seed } = step.options;
  const surrounding = { env, image, seed, sweep: step.sweep };
  const beforehand = {
    env: before.options.env,
    image: before.options.image,
    seed: before.options.seed,
    sweep: before.sweep,
  };
  return same(surrounding, beforehand) ? undefined : 'its environment, image, seed or sweep changed';
}

/** Params that are given now with another value, and those that were given and are not any more. */
function changedParams(
  called: PlanFunction,
  record: RunRecord,
  now: Readonly<Record<string, Json>>,
): readonly string[] {
  const defaults = new Map(called.handlerSpec.parameters.map((one) => [one.name, one.default]));
  const changed = Object.keys(now).filter((name) => !same(now[name], record.params[name]));
  const gone = Object.keys(record.params).filter(
    (name) =>
      !Object.hasOwn(now, name) &&
      defaults.get(name) !== undefined &&
      !same(defaults.get(name), record.params[name]),
  );
  return [...changed, ...gone];
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(toJson(a)) === canonicalJson(toJson(b));
}
