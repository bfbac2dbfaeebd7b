import type { Json } from '../../src/core/json.ts';
import type { PlanCondition, PlanValue } from '../../src/pipelines/plan/plan.ts';

/** An item of a map, of which a step has as many around it as maps. */
export interface Item {
  readonly map: string;
  readonly key: string;
  readonly index: number;
  readonly value: Json;
}

/** What a value may be made of. */
export interface Known {
  /** What a step has given in these items, or undefined where a condition kept it from running. */
  readonly results: (step: string, items: readonly Item[]) => Readonly<Record<string, Json>> | undefined;
  readonly itemsOf: (map: string, items: readonly Item[]) => readonly Item[];
}

/** What a value of a plan stands for, said once more and as plainly as can be. */
export function readValue(value: PlanValue, items: readonly Item[], known: Known): Json {
  switch (value.type) {
    case 'literal':
      return value.value;
    case 'output':
      return lookInto((known.results(value.step, items) ?? {}) as Json, value.path);
    case 'list':
      return value.items.map((one) => readValue(one, items, known));
    case 'record':
      return Object.fromEntries(
        Object.entries(value.entries).map(([key, one]) => [key, readValue(one, items, known)]),
      );
    case 'item': {
      const item = items.find(({ map }) => map === value.of);
      return lookInto(item?.[value.part] ?? null, value.path);
    }
    case 'gather': {
      const all = known.itemsOf(value.of, items);
      const there = all.filter((item) =>
        value.steps.every((step) => known.results(step, [...items, item]) !== undefined),
      );
      return lookInto(
        there.map((item) => readValue(value.value, [...items, item], known)),
        value.path,
      );
    }
    case 'parameter':
      throw new Error('no case has parameters');
  }
}

export function holds(condition: PlanCondition, items: readonly Item[], known: Known): boolean {
  switch (condition.type) {
    case 'compare': {
      const [left, right] = [
        readValue(condition.left, items, known),
        readValue(condition.right, items, known),
      ];
      if (condition.operator !== '>') throw new Error('no case compares in another way');
      return Number(left) > Number(right);
    }
    case 'not':
      return !holds(condition.condition, items, known);
    case 'and':
      return condition.conditions.every((one) => holds(one, items, known));
    case 'or':
      return condition.conditions.some((one) => holds(one, items, known));
    case 'truthy':
      return Boolean(readValue(condition.value, items, known));
  }
}

function lookInto(start: Json, path: readonly string[]): Json {
  return path.reduce<Json>((at, key) => (at as Readonly<Record<string, Json>>)[key] ?? null, start);
}
