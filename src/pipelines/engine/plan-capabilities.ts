import { checkEdges } from '../dsl/check-edges.ts';
import { planInvalid, planNotSupported } from '../errors.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';

/**
 * Refuses, before anything starts, a plan whose edges lead nowhere (`PLAN_INVALID`) and what the local engine cannot do
 * (`PLAN_NOT_SUPPORTED`). Nothing in a plan is ever ignored.
 */
export function requireLocalSupport(plan: Plan, hasCache: boolean): void {
  const [wrong, ...others] = checkEdges(plan);
  if (wrong !== undefined) throw planInvalid(`the plan is not valid: ${[wrong, ...others].join('; ')}`);
  const { steps, onExit } = plan.spec;
  const problems = [...steps, ...(onExit === undefined ? [] : [onExit])].flatMap((step) =>
    unsupported(step, hasCache),
  );
  if (onExit !== undefined) problems.push(...unsupportedExit(onExit));
  const [first] = problems;
  if (first === undefined) return;
  throw planNotSupported(
    problems.length === 1 ? first : `the local engine cannot run this plan:\n  ${problems.join('\n  ')}`,
    { hint: 'take it out of the pipeline, or use an engine that can do it', details: { problems } },
  );
}

function unsupported(step: PlanStep, hasCache: boolean): readonly string[] {
  const { cache, image, runtime } = step.options;
  const asksForCache = cache !== undefined && cache.mode !== 'off';
  return [
    ...(asksForCache && !hasCache
      ? [`step "${step.id}" asks for caching (mode "${cache.mode}"), but there is no cache`]
      : []),
    ...(image !== undefined && (runtime === 'inline' || runtime === 'process')
      ? [`step "${step.id}" asks for the image "${image}", which the runtime "${runtime}" cannot use`]
      : []),
  ];
}

function unsupportedExit(step: PlanStep): readonly string[] {
  return [
    ...(step.when === undefined ? [] : [`the exit step "${step.id}" has a condition; it always runs`]),
    ...(step.after.length === 0
      ? []
      : [`the exit step "${step.id}" names steps to come after; it comes after all`]),
    ...(step.map === undefined ? [] : [`the exit step "${step.id}" is part of a map; it runs once`]),
  ];
}
