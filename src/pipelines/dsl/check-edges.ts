import type { Plan, PlanStep, PlanValue } from '../plan/plan.ts';
import { mapChain, mapOwnValues, ownValues, sortSteps } from '../plan/plan-graph.ts';
import { checkMaps } from './check-maps.ts';

/** What makes no sense in a well-formed plan; one sentence a problem. */
export function checkEdges(plan: Plan): readonly string[] {
  const { steps, functions, outputs, onExit, maps = {}, pruned = {} } = plan.spec;
  const all = onExit === undefined ? steps : [...steps, onExit];
  const index = new PlanNames(plan);
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const step of all) {
    if (seen.has(step.id)) problems.push(`the step id "${step.id}" is used twice`);
    seen.add(step.id);
    if (functions[step.function] === undefined)
      problems.push(`step "${step.id}" calls the function "${step.function}", which the plan does not have`);
    problems.push(...index.checkAfter(step.after, `step "${step.id}"`));
    const around = mapChain(step.map, maps);
    problems.push(...ownValues(step).flatMap((one) => index.check(one, `step "${step.id}"`, around)));
  }
  for (const [id, map] of Object.entries(maps)) {
    const around = mapChain(map.within, maps);
    problems.push(...index.checkAfter(map.after, `the map "${id}"`));
    problems.push(...mapOwnValues(map).flatMap((one) => index.check(one, `the map "${id}"`, around)));
  }
  for (const [name, one] of Object.entries(outputs))
    problems.push(...index.check(one, `the output "${name}"`, []));
  for (const id of Object.keys(pruned))
    if (!seen.has(id.replace(/\[.*$/s, '')))
      problems.push(`the step "${id}", which is pruned, is not in the plan`);
  const { cycle } = sortSteps(steps, maps);
  if (cycle !== undefined) problems.push(`steps wait for each other: ${cycle.join(' → ')}`);
  return [...problems, ...checkMaps(plan)];
}

/** The names of a plan that its values may lead to. */
class PlanNames {
  readonly #plan: Plan;
  readonly #steps: ReadonlyMap<string, PlanStep>;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#steps = new Map(plan.spec.steps.map((step) => [step.id, step]));
  }

  checkAfter(after: readonly string[], user: string): readonly string[] {
    return after
      .filter((id) => !this.#steps.has(id))
      .map((id) => `${user} comes after the step "${id}", which the plan does not have`);
  }

  /** `around`: ids of the maps in which the value stands. */
  check(value: PlanValue, user: string, around: readonly string[]): readonly string[] {
    switch (value.type) {
      case 'output':
        return this.#checkOutput(value, user, around);
      case 'parameter':
        return this.#checkParameter(value.name, user);
      case 'list':
        return value.items.flatMap((item) => this.check(item, user, around));
      case 'record':
        return Object.values(value.entries).flatMap((item) => this.check(item, user, around));
      case 'item':
        return around.includes(value.of)
          ? []
          : [`${user} takes the item of the map "${value.of}", which it is not part of`];
      case 'gather':
        return this.#checkGather(value, user, around);
      case 'literal':
        return [];
    }
  }

  #checkOutput({ step: id }: { step: string }, user: string, around: readonly string[]): readonly string[] {
    const step = this.#steps.get(id);
    if (step === undefined) return [`${user} needs the step "${id}", which the plan does not have`];
    const chain = mapChain(step.map, this.#plan.spec.maps);
    if (chain.every((map, at) => around[at] === map)) return [];
    return [
      `${user} takes the output of step "${id}" for one item of the map "${step.map}", outside of that map; ` +
        "return it from the map's body to get the list of all",
    ];
  }

  #checkParameter(name: string, user: string): readonly string[] {
    const { arguments: args, parameters } = this.#plan.spec;
    const known = name in args || parameters.some((one) => one.name === name);
    return known ? [] : [`${user} needs the parameter "${name}", which the plan does not have`];
  }

  #checkGather(
    { of, value, steps }: Extract<PlanValue, { type: 'gather' }>,
    user: string,
    around: readonly string[],
  ): readonly string[] {
    const { maps = {} } = this.#plan.spec;
    const map = maps[of];
    if (map === undefined) return [`${user} needs the map "${of}", which the plan does not have`];
    if (around.includes(of)) return [`${user} takes what the map "${of}" gives, and is part of that map`];
    const inside = [...mapChain(map.within, maps), of];
    return [
      ...this.check(value, user, inside),
      ...steps.flatMap((id) => (this.#steps.has(id) ? [] : this.#checkOutput({ step: id }, user, inside))),
    ];
  }
}
