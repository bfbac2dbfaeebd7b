import type { Plan } from '../../pipelines/plan.ts';
import { renderPlan } from '../../pipelines/render-plan.ts';
import { type OutputChoice, present } from '../output/present.ts';
import type { Session } from '../session.ts';

/** Prints a plan: a table of its steps, or the JSON that engines read. */
export async function presentPlan(session: Session, options: OutputChoice, plan: Plan): Promise<void> {
  await present(session, options, {
    data: () => plan,
    text: () => `${renderPlan(plan).trimEnd()}\n`,
    names: () => plan.spec.steps.map((step) => step.id),
  });
}
