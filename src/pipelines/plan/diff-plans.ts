import { canonicalJson, toJson } from '../../core/json.ts';
import { renderCondition, renderValue } from '../render/render-value.ts';
import { diffStep } from './diff-step.ts';
import type { Plan, PlanMap, PlanStep } from './plan.ts';
import { allSteps } from './plan-graph.ts';

/** What two plans differ in, in words. */
export interface PlanDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What differs in each step that both have. */
  readonly changed: readonly { readonly step: string; readonly differences: readonly string[] }[];
  /** What differs in the pipeline as a whole: parameters, maps, outputs, policies. */
  readonly pipeline: readonly string[];
}

/** What makes `after` another plan than `before`; places on this machine do not count. */
export function diffPlans(before: Plan, after: Plan): PlanDifference {
  const [old, now] = [stepsById(before), stepsById(after)];
  const changed = [...now.values()].flatMap((step) => {
    const earlier = old.get(step.id);
    const differences = earlier === undefined ? [] : diffStep([before, earlier], [after, step]);
    return differences.length === 0 ? [] : [{ step: step.id, differences }];
  });
  return {
    added: [...now.values()].filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: [...old.values()].filter(({ id }) => !now.has(id)).map(({ id }) => id),
    changed,
    pipeline: diffPipeline(before, after),
  };
}

const stepsById = (plan: Plan): ReadonlyMap<string, PlanStep> =>
  new Map(allSteps(plan).map((step) => [step.id, step]));

/** Whether two plans are the same. */
export function isSamePlan({ added, removed, changed, pipeline }: PlanDifference): boolean {
  return [added, removed, changed, pipeline].every((list) => list.length === 0);
}

/** The difference as text: a line a step that is new (`+`), gone (`-`) or changed (`~`), and what of it. */
export function renderPlanDifference(difference: PlanDifference): string {
  if (isSamePlan(difference)) return 'the plans are the same';
  return [
    ...difference.pipeline,
    ...difference.added.map((id) => `+ step "${id}" is new`),
    ...difference.removed.map((id) => `- step "${id}" is gone`),
    ...difference.changed.flatMap(({ step, differences }) => [
      `~ step "${step}"`,
      ...differences.map((one) => `    ${one}`),
    ]),
  ].join('\n');
}

function diffPipeline(
  { spec: before, metadata: old }: Plan,
  { spec: after, metadata: now }: Plan,
): readonly string[] {
  const text = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['the name', old.name, now.name],
    ['the policy after a failure', before.onFailure, after.onFailure],
    ['steps at once', before.parallelism, after.parallelism],
    ...union(before.arguments, after.arguments).map(
      (name) => [`the parameter "${name}"`, before.arguments[name], after.arguments[name]] as const,
    ),
    ...union(before.outputs, after.outputs).map((name) => {
      const [a, b] = [before.outputs[name], after.outputs[name]];
      return [`the output "${name}"`, a && renderValue(a), b && renderValue(b)] as const;
    }),
    ...union(before.maps ?? {}, after.maps ?? {}).map(
      (id) => [`the map "${id}"`, renderMap(before.maps?.[id]), renderMap(after.maps?.[id])] as const,
    ),
    ['the exit step', before.onExit?.id, after.onExit?.id],
  ];
  return pairs.flatMap(([what, a, b]) =>
    canonicalJson(toJson(a)) === canonicalJson(toJson(b))
      ? []
      : a === undefined
        ? [`${what} is new: ${text(b)}`]
        : b === undefined
          ? [`${what} is gone: it was ${text(a)}`]
          : [`${what} changed ${text(a)} → ${text(b)}`],
  );
}

function renderMap(map: PlanMap | undefined): string | undefined {
  if (map === undefined) return undefined;
  return [
    renderValue(map.items),
    ...(map.key === undefined ? [] : [`by ${map.key}`]),
    ...(map.parallelism === undefined ? [] : [`${map.parallelism} at once`]),
    ...(map.within === undefined ? [] : [`in ${map.within}`]),
    ...(map.after.length === 0 ? [] : [`after ${map.after.join(', ')}`]),
    ...(map.when === undefined ? [] : [`if ${renderCondition(map.when)}`]),
  ].join(', ');
}

function union(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
