import { nearestName } from '../../core/nearest-name.ts';
import { resumeImpossible, stepUnknown } from '../errors.ts';
import type { Plan, PlanStep, PrunedStep } from '../plan/plan.ts';
import { dependenciesOf, mapChain, mapOwnValues, valuesOf } from '../plan/plan-graph.ts';
import { stepsOf } from '../plan/plan-value.ts';
import type { PriorSteps } from './prior-steps.ts';
import { givenStep, withPruned } from './reuse-steps.ts';
import { walkKnown } from './walk-known.ts';

/** A part of a pipeline; a name stands for one step, or for all of a pipeline inside the pipeline. */
export interface StepSelection {
  /** This step and everything that depends on it; the others from an earlier run. */
  readonly from?: string;
  /** This step alone; what it needs from an earlier run. */
  readonly only?: string;
  /** This step and everything that it depends on. */
  readonly until?: string;
}

/** Whether a selection takes outputs from an earlier run. */
export function needsPrior({ from, only }: StepSelection): boolean {
  return from !== undefined || only !== undefined;
}

/**
 * The plan with the steps pruned that are not selected. What the selected ones need is given by the earlier run. Throws
 * `STEP_UNKNOWN` also where nothing is left, `RESUME_IMPOSSIBLE` naming the steps whose outputs the earlier run does not have.
 */
export function selectSteps(plan: Plan, selection: StepSelection, prior: PriorSteps | undefined): Plan {
  const kept = selectedIds(plan, selection);
  if (kept.size === 0) refuseNothing(plan, selection);
  const needed = neededIds(plan, kept);
  const reason = `not asked for (${renderSelection(selection)})`;
  const leftOut: PrunedStep = { type: 'left-out', reason };
  const pruned: Record<string, PrunedStep> = {};
  const absent = new Set<string>();
  const items = new Map<string, number>();
  // steps that are not selected wait for nothing: an earlier run stands for them, or nothing does
  const open = Object.fromEntries(
    plan.spec.steps.filter(({ id }) => !kept.has(id)).map(({ id }) => [id, leftOut]),
  );
  walkKnown(withPruned(plan, open), {
    prune: () => undefined,
    items: (map, count) => items.set(map, (items.get(map) ?? 0) + count),
    decide: ({ id, step }) => {
      if (kept.has(step.id)) return undefined;
      const record = needed.has(step.id) ? prior?.completed.get(id) : undefined;
      if (record === undefined) {
        absent.add(step.id);
        return leftOut;
      }
      pruned[id] = givenStep(record, `given: from run ${prior?.run}`);
      return pruned[id];
    },
  });
  const isGiven = ({ id, map }: PlanStep): boolean =>
    needed.has(id) &&
    !absent.has(id) &&
    (map === undefined ? pruned[id] !== undefined : areItemsKnown(mapChain(map, plan.spec.maps), items));
  const steps = plan.spec.steps.filter(({ id }) => !kept.has(id));
  for (const step of steps) if (!isGiven(step)) pruned[step.id] = leftOut;
  const missing = steps.filter((step) => needed.has(step.id) && !isGiven(step)).map(({ id }) => id);
  refuseMissing(missing, selection, prior);
  return withPruned(plan, pruned);
}

/** Whether every map around a step was gone through, or one of them is empty. */
function areItemsKnown(chain: readonly string[], items: ReadonlyMap<string, number>): boolean {
  const first = chain.find((map) => (items.get(map) ?? 0) === 0);
  return first === undefined || items.has(first);
}

function selectedIds(plan: Plan, { from, only, until }: StepSelection): ReadonlySet<string> {
  const { steps, maps } = plan.spec;
  const own = only === undefined ? undefined : namedIds(steps, only);
  if (own !== undefined) return own;
  const after = from === undefined ? undefined : reach(namedIds(steps, from), dependentsIn(plan));
  const needs = new Map(steps.map((step) => [step.id, dependenciesOf(step, maps)]));
  const before = until === undefined ? undefined : reach(namedIds(steps, until), needs);
  return new Set(
    steps.map(({ id }) => id).filter((id) => (after?.has(id) ?? true) && (before?.has(id) ?? true)),
  );
}

/** Only `from` and `until` together can leave nothing. */
function refuseNothing(plan: Plan, { from = '', until = '' }: StepSelection): never {
  const reversed = selectedIds(plan, { from: until, until: from }).size > 0;
  throw stepUnknown(`no step is left to run: "${until}" does not depend on "${from}"`, {
    hint: reversed
      ? `it is the other way round: --from ${until} --until ${from}`
      : 'name two steps of which the second needs the first, or leave one of the two out',
    details: { from, until },
  });
}

function namedIds(steps: readonly PlanStep[], name: string): Set<string> {
  const ids = steps.map((step) => step.id).filter((id) => id === name || id.startsWith(`${name}.`));
  if (ids.length > 0) return new Set(ids);
  const known = steps.map((step) => step.id);
  const near = nearestName(name, known);
  throw stepUnknown(`the pipeline has no step "${name}"`, {
    hint: near === undefined ? `it has: ${known.join(', ')}` : `did you mean "${near}"?`,
    details: { step: name },
  });
}

function dependentsIn({ spec }: Plan): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const step of spec.steps)
    for (const id of dependenciesOf(step, spec.maps)) {
      const known = dependents.get(id);
      if (known === undefined) dependents.set(id, [step.id]);
      else known.push(step.id);
    }
  return dependents;
}

function reach(start: ReadonlySet<string>, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set(start);
  for (const id of reached) for (const next of edges.get(id) ?? []) reached.add(next);
  return reached;
}

/** Steps that are not selected and whose outputs selected ones look at; of mapped ones also those that tell the items. */
function neededIds(plan: Plan, kept: ReadonlySet<string>): ReadonlySet<string> {
  const { steps, maps = {} } = plan.spec;
  const byId = new Map(steps.map((step) => [step.id, step]));
  const needed = new Set<string>();
  for (const step of steps)
    if (kept.has(step.id))
      for (const id of valuesOf(step, maps).flatMap(stepsOf)) if (!kept.has(id)) needed.add(id);
  for (const id of needed)
    for (const map of mapChain(byId.get(id)?.map, maps))
      for (const value of mapOwnValues(maps[map] ?? { items: { type: 'literal', value: [] }, after: [] }))
        for (const item of stepsOf(value)) if (!kept.has(item)) needed.add(item);
  return needed;
}

function refuseMissing(
  missing: readonly string[],
  selection: StepSelection,
  prior: PriorSteps | undefined,
): void {
  if (missing.length === 0) return;
  const which = missing.map((id) => `"${id}"`).join(', ');
  const steps = missing.length === 1 ? `the step ${which} is` : `the steps ${which} are`;
  const lost = missing.flatMap((id) => prior?.lost.get(id) ?? []);
  throw resumeImpossible(
    prior === undefined
      ? `${steps} needed for ${renderSelection(selection)}, but the pipeline has not run yet`
      : `${steps} needed for ${renderSelection(selection)}, but run "${prior.run}" does not have the outputs${lost.length > 0 ? ` (${lost.join('; ')})` : ''}`,
    {
      hint: 'run the whole pipeline once, or name with --of a run that has them',
      details: { missing },
    },
  );
}

function renderSelection({ from, only, until }: StepSelection): string {
  return [
    ...(from === undefined ? [] : [`--from ${from}`]),
    ...(only === undefined ? [] : [`--only ${only}`]),
    ...(until === undefined ? [] : [`--until ${until}`]),
  ].join(' ');
}
