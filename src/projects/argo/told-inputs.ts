import { isStoreUri } from '../../core/store-uri.ts';
import { type ItemScope, renderScope } from '../../pipelines/engine/item-scope.ts';
import { knownScopes } from '../../pipelines/engine/known-scopes.ts';
import { PlanValues } from '../../pipelines/engine/plan-values.ts';
import { inputNamesOf } from '../../pipelines/engine/step-values.ts';
import { stepOutputMissing } from '../../pipelines/errors.ts';
import type { Plan, PlanFunction, PlanStep } from '../../pipelines/plan/plan.ts';
import { mapChain } from '../../pipelines/plan/plan-graph.ts';

/**
 * Paths and URLs of inputs that the plan itself tells: written out, given as parameters, or items of such lists. Those of items that an
 * earlier run stands for are left out, as those of artifacts are.
 */
export function toldInputs(plan: Plan, steps: readonly PlanStep[]): readonly string[] {
  const { functions, maps = {}, pruned = {} } = plan.spec;
  const values = new PlanValues(plan);
  const scopes = knownScopes(plan, values);
  const told = new Set<string>();
  for (const step of steps) {
    const called = functions[step.function];
    if (called === undefined) continue;
    const chain = mapChain(step.map, maps);
    const innermost = chain.findLast((map) => scopes.has(map));
    for (const scope of innermost === undefined ? [[]] : (scopes.get(innermost) ?? [])) {
      if (pruned[`${step.id}${renderScope(scope)}`] !== undefined) continue;
      for (const uri of inputsOf(values, { step, called, scope })) told.add(uri);
    }
  }
  return [...told].filter((uri) => !isStoreUri(uri));
}

interface Instance {
  readonly step: PlanStep;
  readonly called: PlanFunction;
  /** The items that are told. */
  readonly scope: ItemScope;
}

function inputsOf(values: PlanValues, { step, called, scope }: Instance): readonly string[] {
  const names = inputNamesOf(called);
  return Object.entries(step.arguments).flatMap(([name, value]) => {
    if (!names.has(name)) return [];
    try {
      const { inputs } = values.inputsOf({ ...step, arguments: { [name]: value } }, step.id, scope, called);
      return Object.values(inputs).map(({ uri }) => uri);
    } catch (error) {
      // a step will tell it, or nothing does
      if (stepOutputMissing.is(error)) return [];
      throw error;
    }
  });
}
