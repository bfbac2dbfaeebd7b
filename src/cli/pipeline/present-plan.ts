import type { OptionValues } from '../../core/option-table.ts';
import { diffPlans, renderPlanDifference } from '../../pipelines/plan/diff-plans.ts';
import type { Plan } from '../../pipelines/plan/plan.ts';
import { renderPlan } from '../../pipelines/render/render-plan.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import type { Session } from '../session.ts';

type GraphChoice = Pick<OptionValues, 'graph' | 'json'>;

/** Prints a plan: a table of its steps, a graph, or the JSON that engines read. */
export async function presentPlan(session: Session, { graph, json }: GraphChoice, plan: Plan): Promise<void> {
  if (!json && (graph === 'mermaid' || graph === 'dot')) {
    await session.out.write(`${renderPlan(plan, graph)}\n`);
    return;
  }
  const output = graph === 'mermaid' || graph === 'dot' ? 'json' : graph;
  await present(
    session,
    { output, json },
    {
      data: () => plan,
      text: () => `${renderPlan(plan).trimEnd()}\n`,
      names: () => plan.spec.steps.map((step) => step.id),
    },
  );
}

/** Prints what differs between two plans, in words. */
export async function presentPlanDifference(
  session: Session,
  { graph, json }: GraphChoice,
  before: Plan,
  after: Plan,
): Promise<void> {
  if (graph === 'mermaid' || graph === 'dot')
    throw usageError(`a difference cannot be drawn as ${graph}`, { hint: 'use -o table or -o json' });
  const difference = diffPlans(before, after);
  await present(
    session,
    { output: graph, json },
    {
      data: () => difference,
      text: () => `${renderPlanDifference(difference)}\n`,
      names: () => [
        ...difference.added,
        ...difference.removed,
        ...difference.changed.map(({ step }) => step),
      ],
    },
  );
}
