import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileNotFound } from '../../core/errors.ts';
import { isUid } from '../../core/id.ts';
import type { OptionValues } from '../../core/option-table.ts';
import { planInvalid } from '../../pipelines/errors.ts';
import { parsePlan } from '../../pipelines/plan/parse-plan.ts';
import type { Plan } from '../../pipelines/plan/plan.ts';
import { readArchivedPlan } from '../../pipelines/resume/plan-archive.ts';
import { planPipeline } from '../../projects/start-pipeline.ts';
import type { Workspace } from '../../projects/workspace.ts';
import { createPipelineRequest } from './create-pipeline-request.ts';
import { explainBroken } from './explain-broken.ts';
import { loadNamedPipeline } from './load-named-pipeline.ts';

/** The plan that a reference means: a JSON file, a run of a pipeline (uid or `@last`), or a pipeline with the same parameters. */
export async function readPlan(
  workspace: Workspace,
  reference: string,
  options: Partial<Pick<OptionValues, 'param' | 'onFailure' | 'cache' | 'noCache' | 'cacheMode'>>,
): Promise<Plan> {
  if (reference.endsWith('.json'))
    return readPlanFile(path.resolve(workspace.directory, reference), reference);
  const isPipeline = workspace.project.spec.pipelines?.some((one) => one.name === reference) === true;
  if (!isPipeline && (isUid(reference) || reference.startsWith('@'))) {
    const run = await workspace.store.getRun(reference);
    return readArchivedPlan(workspace.project.storeDirectory, run).plan;
  }
  const named = await loadNamedPipeline(workspace, reference);
  return explainBroken(`pipeline "${reference}"`, () =>
    planPipeline(workspace, named.pipeline, createPipelineRequest(named, options, workspace.directory)),
  );
}

function readPlanFile(file: string, shown: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw fileNotFound(`file "${shown}" does not exist`, {
      hint: 'slipway pipeline plan -o json writes one',
    });
  }
  try {
    return parsePlan(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw planInvalid(`"${shown}" is no plan: it is not JSON (${error.message})`, {
      hint: 'slipway pipeline plan -o json writes one',
    });
  }
}
