import type { Job } from '../runtime/job.ts';
import { invalidRequest } from './workspace-errors.ts';

const withoutContainer: ReadonlySet<string> = new Set(['inline', 'process']);

/** Whether a runtime executes in containers, made from images. */
export function hasContainers(runtime: string): boolean {
  return !withoutContainer.has(runtime);
}

/**
 * Refuses what the runtime cannot do: a setting without effect is worse than an error.
 * @throws INVALID_REQUEST
 */
export function checkRuntimeOptions(
  { name, image, network, resources }: Pick<Job, 'name' | 'image' | 'network' | 'resources'>,
  { runtime, isolation }: { readonly runtime: string; readonly isolation?: string },
): void {
  if (hasContainers(runtime)) {
    if (isolation === 'pool')
      throw invalidRequest(`run "${name}" cannot share a process with others in the runtime "${runtime}"`, {
        hint: 'leave the isolation out: every run gets a container of its own',
      });
    return;
  }
  const { gpus, shm, pids } = resources;
  const asked = Object.entries({ image, network, gpus, shm, pids })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => `"${key}"`);
  if (asked.length > 0)
    throw invalidRequest(
      `the runtime "${runtime}" has no containers, so run "${name}" cannot have ${asked.join(', ')}`,
      {
        hint: 'run it in docker, or leave it out',
      },
    );
}
