import { digestJson, type Json, toJson } from '../../core/json.ts';
import type { Plan } from './plan.ts';

/** The plan without what belongs to this machine only (folders of bundles), steps by id: equal for equal graphs. */
export function canonicalPlan(plan: Plan): Json {
  const functions = Object.fromEntries(
    Object.entries(plan.spec.functions).map(([key, { bundleDirectory: _local, ...rest }]) => [key, rest]),
  );
  const steps = [...plan.spec.steps].sort((a, b) => (a.id < b.id ? -1 : 1));
  return toJson({ ...plan, spec: { ...plan.spec, functions, steps } });
}

/** `sha256:…` of the plan's identity. */
export function digestPlan(plan: Plan): string {
  return digestJson(canonicalPlan(plan));
}
