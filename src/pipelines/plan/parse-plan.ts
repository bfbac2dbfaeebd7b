import { checkEdges } from '../dsl/check-edges.ts';
import { planInvalid, planTooNew } from '../errors.ts';
import type { Plan } from './plan.ts';
import { checkPlanForm } from './plan-schema.ts';

/**
 * Reads a plan from JSON. Throws `PLAN_TOO_NEW` for a later `apiVersion`, `PLAN_INVALID` listing everything that is wrong
 * with its form and its edges: unknown functions, steps and parameters, ids used twice, cycles.
 */
export function parsePlan(value: unknown): Plan {
  refuseNewer(value);
  const checked = checkPlanForm(value);
  if ('problems' in checked) throw invalid(checked.problems);
  const problems = checkEdges(checked.plan);
  if (problems.length > 0) throw invalid(problems);
  return checked.plan;
}

function refuseNewer(value: unknown): void {
  const version = (value as { apiVersion?: unknown } | null | undefined)?.apiVersion;
  const number = /^slipway\/v(\d+)/.exec(typeof version === 'string' ? version : '')?.[1];
  if (number === undefined || (Number(number) <= 1 && version === 'slipway/v1')) return;
  throw planTooNew(`the plan has the version "${version}", this Slipway reads "slipway/v1"`, {
    hint: 'update Slipway, or build the plan again with this version (slipway pipeline plan)',
  });
}

function invalid(problems: readonly string[]): Error {
  const [first = ''] = problems;
  const message =
    problems.length === 1
      ? `the plan is not valid: ${first}`
      : `the plan is not valid:\n  ${problems.join('\n  ')}`;
  return planInvalid(message, {
    hint: 'its form is described by docs/schema/plan.json; `slipway pipeline plan` writes valid ones',
    details: { problems },
  });
}
