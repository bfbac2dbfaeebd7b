import { canonicalJson, toJson } from '../../core/json.ts';
import { renderCondition, renderValue } from '../render/render-value.ts';
import type { Plan, PlanStep } from './plan.ts';

/** What differs between a step of one plan and the same step of another, a phrase each. */
export function diffStep(
  [before, old]: readonly [Plan, PlanStep],
  [after, now]: readonly [Plan, PlanStep],
): readonly string[] {
  return [
    ...diffFunction(before, old, after, now),
    ...diffArguments(old, now),
    ...diffOrder(old, now),
    ...changed('its condition', old.when && renderCondition(old.when), now.when && renderCondition(now.when)),
    ...changed('its map', old.map, now.map),
    ...changed('its sweep', old.sweep, now.sweep),
    ...diffOptions(old, now),
    ...changed(
      'what stands for it',
      before.spec.pruned?.[old.id]?.reason,
      after.spec.pruned?.[now.id]?.reason,
    ),
  ];
}

function diffFunction(before: Plan, old: PlanStep, after: Plan, now: PlanStep): readonly string[] {
  const [a, b] = [before.spec.functions[old.function], after.spec.functions[now.function]];
  if (a?.name !== b?.name || a?.handler !== b?.handler)
    return [`calls ${b?.name}.${b?.handler} instead of ${a?.name}.${a?.handler}`];
  if (a?.digest === b?.digest) return [];
  return [`its code changed (${short(a?.digest)} → ${short(b?.digest)})`];
}

function diffArguments(old: PlanStep, now: PlanStep): readonly string[] {
  const names = [...new Set([...Object.keys(old.arguments), ...Object.keys(now.arguments)])];
  return names.flatMap((name) => {
    const [a, b] = [old.arguments[name], now.arguments[name]];
    return changed(`its argument "${name}"`, a && renderValue(a), b && renderValue(b), true);
  });
}

function diffOrder(old: PlanStep, now: PlanStep): readonly string[] {
  const more = now.after.filter((id) => !old.after.includes(id));
  const fewer = old.after.filter((id) => !now.after.includes(id));
  return [
    ...more.map((id) => `now comes after "${id}"`),
    ...fewer.map((id) => `no longer has to come after "${id}"`),
  ];
}

function diffOptions(old: PlanStep, now: PlanStep): readonly string[] {
  const [a, b] = [old.options, now.options] as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => changed(`its option "${name}"`, a[name], b[name]));
}

/** `isText`: the values are shown as they are, being expressions already. */
function changed(what: string, before: unknown, after: unknown, isText = false): readonly string[] {
  if (canonicalJson(toJson(before)) === canonicalJson(toJson(after))) return [];
  const show = (value: unknown): string =>
    isText || typeof value === 'string' ? String(value) : JSON.stringify(value);
  if (before === undefined) return [`${what} is new: ${show(after)}`];
  if (after === undefined) return [`${what} is gone: it was ${show(before)}`];
  return [`${what} changed ${show(before)} → ${show(after)}`];
}

const short = (digest: string | undefined): string => (digest ?? 'none').replace('sha256:', '').slice(0, 12);
