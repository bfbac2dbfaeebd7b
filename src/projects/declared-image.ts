import path from 'node:path';
import { digestJson, toJson } from '../core/json.ts';
import type { ImageRecipe } from '../functions/image/image-request.ts';
import type { PlanStep } from '../pipelines/plan/plan.ts';
import { createJob } from '../runtime/create-job.ts';
import { imageSettings } from './build-function-image.ts';
import { hasContainers } from './runtime-options.ts';
import type { PipelineRequest } from './start-pipeline.ts';
import type { Workspace } from './workspace.ts';

/**
 * Digest of what is declared for the image that a step runs in: of a ready image its own, of one that is built of the function what the
 * recipe adds to it. Empty where nothing is declared, in containers and out of them: then base, packages and bundle follow from the code,
 * and the step is the same one everywhere.
 */
export async function declaredImage(
  workspace: Workspace,
  step: PlanStep,
  { image: asked }: Pick<PipelineRequest, 'image'>,
  runtime: string,
): Promise<string> {
  if (!hasContainers(runtime)) return '';
  const { image: ofProject } = workspace.project.spec;
  const ready = step.options.image ?? asked ?? (typeof ofProject === 'string' ? ofProject : undefined);
  if (ready !== undefined) return readyDigest(workspace, ready, runtime);
  return recipeDigest(workspace, imageSettings(workspace));
}

/** What a name stands for at this moment, as the engine of the containers finds it. */
async function readyDigest(workspace: Workspace, image: string, runtime: string): Promise<string> {
  const given = digestIn(image);
  if (given !== undefined) return given;
  if (runtime !== 'docker') {
    const { pinnedReference } = await import('./cluster/pushed-image.ts');
    const pinned = await pinnedReference(workspace, image);
    return digestIn(pinned) ?? pinned;
  }
  const docker = await workspace.runtime(runtime, { isolation: 'fresh' });
  const { name, storeDirectory, root } = workspace.project;
  const handler = { name: 'any', parameters: [], results: [], acceptsUnknown: true };
  const place = { project: name, storeDirectory, workingDirectory: root };
  const job = createJob({ ...place, name: 'any', function: { name: 'any', handler: 'any' }, handler, image });
  return (await docker.prepare?.(job))?.function.image ?? image;
}

async function recipeDigest(
  workspace: Workspace,
  { base = 'self', labels: _labels, ...settings }: ImageRecipe & { readonly name?: string },
): Promise<string> {
  const { name: _name, ...recipe } = settings;
  const said = {
    ...Object.fromEntries(Object.entries(recipe).filter(([, value]) => value !== undefined)),
    ...(base === 'self' ? {} : { base: await baseDigest(workspace, base) }),
  };
  return Object.keys(said).length === 0 ? '' : digestJson(toJson(said));
}

async function baseDigest(workspace: Workspace, base: string): Promise<string> {
  const { isArchive } = await import('../functions/image/base/resolve-base.ts');
  if (isArchive(base)) {
    const { digestFile } = await import('../core/digest.ts');
    return (await digestFile(path.resolve(workspace.project.root, base))).digest;
  }
  const { pinnedReference } = await import('./cluster/pushed-image.ts');
  return digestIn(await pinnedReference(workspace, base)) ?? base;
}

const digestIn = (reference: string): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
