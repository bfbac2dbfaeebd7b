import { internalError } from '../../core/errors.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { Plan, PlanFunction, PlanStep } from '../plan/plan.ts';
import type { StepRun } from '../run-plan.ts';
import { checkArtifacts } from './check-artifacts.ts';
import type { StepEnd } from './pipeline-outcome.ts';
import type { PlanValues } from './plan-values.ts';
import type { StartingStep } from './step-executor.ts';

export interface Preparation {
  readonly plan: Plan;
  readonly values: PlanValues;
  readonly store: RunStore;
  readonly pipelineRun: string;
}

/** Params and inputs of a step whose turn has come, or how it ended before it could start. Throws what it cannot start for. */
export async function prepareStep(
  { step, id, scope, extra }: StartingStep,
  { plan, values, store, pipelineRun }: Preparation,
): Promise<StepRun | StepEnd> {
  const unmet = values.unmet(step.when, scope, `the condition of step "${id}"`);
  if (unmet !== undefined) return { state: 'skipped', reason: unmet };
  const called = functionOf(plan, step);
  const { params, inputs } = values.inputsOf(step, id, scope, called);
  await checkArtifacts(store, id, inputs);
  const added = Object.entries(extra ?? {}).filter(([name]) => takes(called, name));
  return {
    step,
    id,
    function: called,
    pipelineRun,
    params: { ...params, ...Object.fromEntries(added) },
    inputs,
  };
}

/** How a step ends that does not run in this plan, because an earlier run stands for it or it was left out. */
export function prunedEnd(plan: Plan, step: PlanStep, id: string): StepEnd | undefined {
  const { pruned = {} } = plan.spec;
  const found = pruned[id] ?? pruned[step.id];
  if (found === undefined) return undefined;
  const { reason } = found;
  if (found.type === 'left-out') return { state: 'skipped', reason };
  const { run: uid, results, artifacts } = found;
  return { state: 'completed', cached: true, reason, outputs: { uid, results, artifacts } };
}

function functionOf(plan: Plan, step: PlanStep): PlanFunction {
  const called = plan.spec.functions[step.function];
  if (called === undefined) throw internalError(`function "${step.function}" is not in the plan`);
  return called;
}

/** Whether a function has a parameter of that name; a last step need not want to know how the others ended. */
function takes({ handlerSpec: { parameters, acceptsUnknown } }: PlanFunction, name: string): boolean {
  return acceptsUnknown || parameters.some((parameter) => parameter.name === name);
}
