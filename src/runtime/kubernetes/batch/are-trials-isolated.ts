import type { Job } from '../../job.ts';
import type { KubernetesOptions } from '../manifest/kubernetes-options.ts';

/**
 * Whether each trial of a sweep gets a pod of its own, be it asked for or not: memory that one has left in a process, or on a graphics
 * processor, would be missing to the next.
 */
export function areTrialsIsolated(
  { resources }: Pick<Job, 'resources'>,
  { gpus }: Pick<KubernetesOptions, 'gpus'>,
  isolation: 'fresh' | 'pool' = 'pool',
): boolean {
  if (isolation === 'fresh' || resources.memory !== undefined) return true;
  return gpus !== undefined || resources.gpus !== undefined;
}
