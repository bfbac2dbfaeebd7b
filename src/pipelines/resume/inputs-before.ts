import { type ItemScope, renderScope } from '../engine/item-scope.ts';
import { knownScopes } from '../engine/known-scopes.ts';
import { PlanValues } from '../engine/plan-values.ts';
import { inputNamesOf, type StepInputs } from '../engine/step-values.ts';
import { stepOutputMissing } from '../errors.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import type { PriorSteps } from './prior-steps.ts';

type Inputs = StepInputs['inputs'];

/**
 * The inputs with which an earlier run of a plan called the steps that it completed, by their ids. As the plan told them: the runs'
 * own records name what was found by that.
 */
export function inputsBefore(plan: Plan, { completed }: PriorSteps): ReadonlyMap<string, Inputs> {
  const values = new PlanValues(plan);
  for (const [id, pruned] of Object.entries(plan.spec.pruned ?? {}))
    if (pruned.type === 'given') values.keep(id, { ...pruned, uid: pruned.run });
  for (const [id, record] of completed) values.keep(id, record);
  const scopes = knownScopes(plan, values);
  const found = new Map<string, Inputs>();
  for (const step of plan.spec.steps)
    for (const scope of step.map === undefined ? [[]] : (scopes.get(step.map) ?? [])) {
      const id = `${step.id}${renderScope(scope)}`;
      const inputs = completed.has(id) ? inputsOf(plan, values, { step, id, scope }) : undefined;
      if (inputs !== undefined) found.set(id, inputs);
    }
  return found;
}

/** Undefined where what the inputs come from is gone. */
function inputsOf(
  { spec }: Plan,
  values: PlanValues,
  { step, id, scope }: { readonly step: PlanStep; readonly id: string; readonly scope: ItemScope },
): Inputs | undefined {
  const called = spec.functions[step.function];
  if (called === undefined) return undefined;
  const names = inputNamesOf(called);
  const own = Object.entries(step.arguments).filter(([name]) => names.has(name));
  try {
    return values.inputsOf({ ...step, arguments: Object.fromEntries(own) }, id, scope, called).inputs;
  } catch (error) {
    if (stepOutputMissing.is(error)) return undefined;
    throw error;
  }
}
