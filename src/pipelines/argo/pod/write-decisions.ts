import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ItemScope } from '../../engine/item-scope.ts';
import type { PlanValues } from '../../engine/plan-values.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Decisions } from '../compile/decisions.ts';
import { openItems } from '../open-items.ts';

/** What is decided for others, by the names of the files that Argo reads: `true`, `false`, or a list of positions. */
export function decide(
  plan: Plan,
  { flags, lists }: Decisions,
  values: PlanValues,
  scope: ItemScope,
): Readonly<Record<string, string>> {
  const flag = (id: string): string => {
    const step = plan.spec.steps.find((one) => one.id === id);
    // a condition that cannot be told is the failure of its own step, whose pod says so
    return attempt(() => String(values.unmet(step?.when, scope, `step "${id}"`) === undefined), 'true');
  };
  const list = (map: string): string =>
    attempt(() => {
      const isOff = values.unmet(plan.spec.maps?.[map]?.when, scope, `the map "${map}"`) !== undefined;
      return JSON.stringify(isOff ? [] : openItems(plan, map, scope, values.expand(map, scope)));
    }, '[]');
  return Object.fromEntries([
    ...flags.map((id, index) => [`flag-${index + 1}`, flag(id)]),
    ...lists.map((id, index) => [`list-${index + 1}`, list(id)]),
  ]) as Record<string, string>;
}

function attempt(act: () => string, otherwise: string): string {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

export function writeDecisions(folder: string, texts: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(folder, name), text);
}
