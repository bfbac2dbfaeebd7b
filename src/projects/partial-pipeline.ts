import { resumeImpossible } from '../pipelines/errors.ts';
import type { Plan } from '../pipelines/plan/plan.ts';
import { readArchivedPlan } from '../pipelines/resume/plan-archive.ts';
import { findPriorSteps, type PriorSteps } from '../pipelines/resume/prior-steps.ts';
import { needsPrior, type StepSelection, selectSteps } from '../pipelines/resume/select-steps.ts';
import type { RunRecord } from '../tracking/run.ts';
import { notAPipeline } from './errors.ts';
import type { Workspace } from './workspace.ts';

/** Runs looked through for the outputs that a partial run starts from. */
const lookedThrough = 20;

/**
 * A plan of which only a part is to run; the outputs that it needs come from the run `of`, else from the latest run of the
 * pipeline that has them. Throws `STEP_UNKNOWN`, `RESUME_IMPOSSIBLE`.
 */
export async function planPart(
  workspace: Workspace,
  plan: Plan,
  selection: StepSelection,
  of?: string,
): Promise<Plan> {
  if (!needsPrior(selection)) return selectSteps(plan, selection, undefined);
  if (of !== undefined) {
    const run = await workspace.store.getRun(of);
    if (run.kind !== 'pipeline')
      throw notAPipeline(`run "${run.uid}" is no run of a pipeline`, { hint: 'name one with --of' });
    return selectSteps(plan, selection, await priorOf(workspace, run));
  }
  const runs = await latestRuns(workspace, plan.metadata.name);
  let first: unknown;
  for (const run of runs) {
    try {
      return selectSteps(plan, selection, await priorOf(workspace, run));
    } catch (error) {
      if (!resumeImpossible.is(error)) throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  return selectSteps(plan, selection, undefined);
}

async function latestRuns({ store }: Workspace, pipeline: string): Promise<readonly RunRecord[]> {
  const { runs } = await store.searchRuns({ filter: "kind = 'pipeline'", limit: 500 });
  return runs.filter((run) => run.function?.name === pipeline).slice(0, lookedThrough);
}

/** Takes what has completed by now: the run may still be under way, and is left alone. */
async function priorOf({ store, project }: Workspace, run: RunRecord): Promise<PriorSteps> {
  const archived = readArchivedPlan(project.storeDirectory, run);
  return findPriorSteps(store, run, archived.plan);
}
