import type { Job } from '../runtime/job.ts';
import type { KubernetesOptions } from '../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import { invalidRequest } from './workspace-errors.ts';

const withoutContainer: ReadonlySet<string> = new Set(['inline', 'process']);

/** Whether a runtime executes in containers, made from images. */
export function hasContainers(runtime: string): boolean {
  return !withoutContainer.has(runtime);
}

/** What the call itself says about where a run executes. */
export interface AskedOptions {
  readonly runtime: string;
  readonly isolation?: string;
  readonly sweep?: SweepSpec;
  readonly asked?: { readonly kubernetes?: KubernetesOptions; readonly imageName?: string };
}

/**
 * Refuses what the runtime cannot do: a setting without effect is worse than an error.
 * @throws INVALID_REQUEST
 */
export function checkRuntimeOptions(
  job: Pick<Job, 'name' | 'image' | 'network' | 'resources'>,
  { runtime, isolation, sweep, asked = {} }: AskedOptions,
): void {
  const { name, image, network, resources } = job;
  const { kubernetes, imageName } = asked;
  if (runtime !== 'kubernetes' && kubernetes !== undefined)
    throw invalidRequest(`run "${name}" has options for a cluster, and the runtime "${runtime}" has none`, {
      hint: 'add --runtime kubernetes, or leave them out; project.yaml may hold them for all runs',
    });
  if (runtime === 'kubernetes' && network !== undefined)
    throw invalidRequest(
      `run "${name}" asks for the network "${network}", and pods have that of their cluster`,
      {
        hint: 'leave it out; a NetworkPolicy in the namespace says what pods may reach',
      },
    );
  if (imageName !== undefined && (runtime !== 'kubernetes' || image !== undefined))
    throw invalidRequest(`run "${name}" pushes no image, so it needs no name for one: "${imageName}"`, {
      hint:
        image === undefined
          ? 'only the runtime kubernetes pulls images from a registry'
          : `it runs in the image "${image}" that is given`,
    });
  if (hasContainers(runtime)) {
    const isShared = runtime === 'kubernetes' && sweep !== undefined && sweep.strategy !== 'custom';
    if (isolation === 'pool' && !isShared)
      throw invalidRequest(`run "${name}" cannot share a process with others in the runtime "${runtime}"`, {
        hint: 'leave the isolation out: every run gets a container of its own',
      });
    return;
  }
  const { gpus, shm, pids } = resources;
  const settings = Object.entries({ image, network, gpus, shm, pids })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => `"${key}"`);
  if (settings.length > 0)
    throw invalidRequest(
      `the runtime "${runtime}" has no containers, so run "${name}" cannot have ${settings.join(', ')}`,
      {
        hint: 'run it in docker, or leave it out',
      },
    );
}
