import type { PlanCondition, PlanMap, PlanStep, PlanValue } from '../plan/plan.ts';
import type { DraftStep, MapDraft } from './step-request.ts';

/** Ids of maps by the tokens that stood for them while the pipeline was built. */
export type MapNames = ReadonlyMap<string, string>;

/** Gives every map its id: the one given, else that of the first step inside; a map around another one adds `-each`. */
export function nameMaps(maps: readonly MapDraft[], steps: readonly DraftStep[]): MapNames {
  const names = new Map<string, string>();
  const nameOf = (draft: MapDraft): string => {
    const known = names.get(draft.token) ?? draft.id;
    if (known !== undefined) return known;
    const own = steps.find((one) => one.step.map === draft.token);
    if (own !== undefined) return own.step.id;
    const inner = maps.find((one) => one.within === draft);
    return inner === undefined ? draft.token : `${nameOf(inner)}-each`;
  };
  for (const draft of maps) names.set(draft.token, nameOf(draft));
  return names;
}

/** The plan's maps; two of one id are told as a problem. */
export function finishMaps(
  maps: readonly MapDraft[],
  names: MapNames,
): { readonly maps: Readonly<Record<string, PlanMap>>; readonly problems: readonly string[] } {
  const finished: Record<string, PlanMap> = {};
  const problems: string[] = [];
  for (const { token, map, within } of maps) {
    const id = names.get(token) ?? token;
    if (Object.hasOwn(finished, id)) problems.push(`the map id "${id}" is used twice`);
    const outer = within === undefined ? undefined : names.get(within.token);
    finished[id] = {
      ...map,
      items: renameValue(map.items, names),
      ...(map.when === undefined ? {} : { when: renameCondition(map.when, names) }),
      ...(outer === undefined ? {} : { within: outer }),
    };
  }
  return { maps: finished, problems };
}

/** A step with ids of maps in place of tokens. */
export function renameStep<Step extends Omit<PlanStep, 'function'>>(step: Step, names: MapNames): Step {
  const map = step.map === undefined ? undefined : names.get(step.map);
  return {
    ...step,
    arguments: renameEntries(step.arguments, names),
    ...(step.when === undefined ? {} : { when: renameCondition(step.when, names) }),
    ...(map === undefined ? {} : { map }),
  };
}

export function renameEntries(
  entries: Readonly<Record<string, PlanValue>>,
  names: MapNames,
): Readonly<Record<string, PlanValue>> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, renameValue(value, names)]));
}

function renameValue(value: PlanValue, names: MapNames): PlanValue {
  switch (value.type) {
    case 'item':
      return { ...value, of: names.get(value.of) ?? value.of };
    case 'gather':
      return { ...value, of: names.get(value.of) ?? value.of, value: renameValue(value.value, names) };
    case 'list':
      return { ...value, items: value.items.map((item) => renameValue(item, names)) };
    case 'record':
      return { ...value, entries: renameEntries(value.entries, names) };
    case 'literal':
    case 'parameter':
    case 'output':
      return value;
  }
}

function renameCondition(condition: PlanCondition, names: MapNames): PlanCondition {
  switch (condition.type) {
    case 'compare':
      return {
        ...condition,
        left: renameValue(condition.left, names),
        right: renameValue(condition.right, names),
      };
    case 'truthy':
      return { ...condition, value: renameValue(condition.value, names) };
    case 'not':
      return { ...condition, condition: renameCondition(condition.condition, names) };
    case 'and':
    case 'or':
      return { ...condition, conditions: condition.conditions.map((one) => renameCondition(one, names)) };
  }
}
