import { checkEdges } from '../../dsl/check-edges.ts';
import { planInvalid, planNotSupported } from '../../errors.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import { allSteps } from '../../plan/plan-graph.ts';

/** Throws `PLAN_INVALID` for edges that lead nowhere, `PLAN_NOT_SUPPORTED` listing what of a plan Argo cannot do. */
export function checkSupport(plan: Plan): void {
  const [wrong, ...others] = checkEdges(plan);
  if (wrong !== undefined) throw planInvalid(`the plan is not valid: ${[wrong, ...others].join('; ')}`);
  const problems = allSteps(plan).flatMap(unsupported);
  const [first] = problems;
  if (first === undefined) return;
  throw planNotSupported(
    problems.length === 1 ? first : `Argo cannot run this plan:\n  ${problems.join('\n  ')}`,
    { hint: 'take it out of the pipeline, or use the local engine', details: { problems } },
  );
}

function unsupported({ id, options }: PlanStep): readonly string[] {
  const { runtime, isolation } = options;
  return [
    ...(runtime === undefined || runtime === 'kubernetes'
      ? []
      : [`step "${id}" asks for the runtime "${runtime}"; on Argo every step is a pod`]),
    ...(isolation === 'pool'
      ? [`step "${id}" asks to share a process with others; on Argo every step is a pod of its own`]
      : []),
  ];
}
