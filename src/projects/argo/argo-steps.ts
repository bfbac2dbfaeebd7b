import { createStepJob } from '../../pipelines/engine/create-step-job.ts';
import type { Plan } from '../../pipelines/plan/plan.ts';
import { runningSteps } from '../../pipelines/plan/plan-graph.ts';
import type { DeliveredInput } from '../../runtime/job.ts';
import { deliverInputs } from '../../runtime/kubernetes/attempt/deliver-inputs.ts';
import { pushedImageOfRun } from '../cluster/pushed-image.ts';
import { declaredImage } from '../declared-image.ts';
import type { PipelineRequest } from '../start-pipeline.ts';
import type { Workspace } from '../workspace.ts';
import { toldInputs } from './told-inputs.ts';

/** Files that are put into the store at once. */
const atOnce = 16;

/** The image of each step by digest, by its id: built and pushed where the registry does not have it. Steps share those of functions. */
export async function imagesOfSteps(
  workspace: Workspace,
  plan: Plan,
  { image, imageName }: Pick<PipelineRequest, 'image' | 'imageName'>,
): Promise<ReadonlyMap<string, string>> {
  const { name, storeDirectory, root } = workspace.project;
  const place = { project: name, storeDirectory, workingDirectory: root };
  const found = await Promise.all(
    runningSteps(plan).map(async (step): Promise<[string, string]> => {
      const called = plan.spec.functions[step.function];
      const run = { step, id: step.id, pipelineRun: '', params: {}, inputs: {} };
      if (called === undefined) return [step.id, ''];
      const own = createStepJob({ ...run, function: called }, place);
      const job = own.image !== undefined || image === undefined ? own : { ...own, image };
      const { image: pushed = '' } = await pushedImageOfRun(workspace, job, { name: imageName });
      return [step.id, pushed];
    }),
  );
  return new Map(found);
}

/** What of the image of each step counts for the cache, by its id; steps for which that is nothing are left out. */
export async function declaredImagesOf(
  workspace: Workspace,
  plan: Plan,
  request: Pick<PipelineRequest, 'image'>,
): Promise<Readonly<Record<string, string>>> {
  const cached = runningSteps(plan).filter(({ options }) => (options.cache?.mode ?? 'off') !== 'off');
  const found = await Promise.all(
    cached.map(
      async (step) => [step.id, await declaredImage(workspace, step, request, 'kubernetes')] as const,
    ),
  );
  return Object.fromEntries(found.filter(([, digest]) => digest !== ''));
}

/** Files of this machine that the plan names as inputs, put into the store: by how the plan names them. */
export async function filesOfPlan(
  { store, project }: Workspace,
  plan: Plan,
): Promise<Readonly<Record<string, DeliveredInput>>> {
  const uris = toldInputs(plan, runningSteps(plan));
  const files: Record<string, DeliveredInput> = {};
  for (let from = 0; from < uris.length; from += atOnce) {
    const inputs = Object.fromEntries(uris.slice(from, from + atOnce).map((uri) => [uri, { uri }]));
    Object.assign(files, await deliverInputs({ inputs, workingDirectory: project.root }, store));
  }
  return files;
}
