import type { V1ResourceRequirements } from '@kubernetes/client-node';
import type { Job } from '../../job.ts';
import { invalidKubernetesOptions } from '../errors.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';
import { parseQuantity, renderCpus, renderQuantity } from './quantity.ts';

export interface PodResources {
  readonly requirements: V1ResourceRequirements;
  /** Bytes that the pod may hold. */
  readonly memoryLimit: number;
}

const defaults = { cpu: '500m', memory: '512Mi', requestedStorage: '256Mi', storage: '8Gi' } as const;

/**
 * What a pod asks for and may use. Memory asked for is memory allowed: a pod beyond its request is the first to be killed. Cpu is
 * not limited: what nobody else uses is lost otherwise.
 */
export function renderResources(job: Job, options: KubernetesOptions): PodResources {
  refuseUnknown(job);
  const { requests = {}, limits = {} } = options;
  const ownMemory = job.resources.memory;
  const memory = renderQuantity(limits.memory ?? requests.memory ?? ownMemory ?? defaults.memory);
  const cpu = job.resources.cpus === undefined ? defaults.cpu : renderCpus(job.resources.cpus);
  const gpus = renderGpus(job, options);
  const requirements = {
    requests: {
      cpu: renderQuantity(requests.cpu ?? cpu),
      memory: renderQuantity(requests.memory ?? memory),
      'ephemeral-storage': renderQuantity(requests.ephemeralStorage ?? defaults.requestedStorage),
    },
    limits: {
      ...(limits.cpu === undefined ? {} : { cpu: renderQuantity(limits.cpu) }),
      memory,
      'ephemeral-storage': renderQuantity(
        limits.ephemeralStorage ?? requests.ephemeralStorage ?? defaults.storage,
      ),
      ...gpus,
    },
  };
  refuseMoreThanAllowed(requirements, job);
  return { requirements, memoryLimit: parseQuantity(memory) };
}

function renderGpus(
  job: Job,
  {
    gpus = job.resources.gpus,
    gpuType = 'nvidia.com/gpu',
  }: KubernetesOptions | { gpus?: number | 'all'; gpuType?: string },
): Record<string, string> {
  if (gpus === 'all')
    throw invalidKubernetesOptions(
      `run "${job.name}" asks for all graphics processors, which a cluster cannot give`,
      {
        hint: 'say how many it needs, e.g. `gpus: 1`',
      },
    );
  return gpus === undefined ? {} : { [gpuType]: String(gpus) };
}

function refuseUnknown({ name, resources }: Job): void {
  if (resources.pids === undefined) return;
  throw invalidKubernetesOptions(`run "${name}" limits its processes, which a pod cannot`, {
    hint: 'leave out `resources.pids` for this runtime: the node sets that limit (`podPidsLimit` of the kubelet)',
  });
}

function refuseMoreThanAllowed(
  { requests, limits }: { requests: Record<string, string>; limits: Record<string, string> },
  { name }: Job,
): void {
  for (const [resource, requested] of Object.entries(requests)) {
    const limit = limits[resource];
    if (limit === undefined || parseQuantity(requested) <= parseQuantity(limit)) continue;
    throw invalidKubernetesOptions(
      `run "${name}" requests ${requested} of ${resource} but is limited to ${limit}`,
      {
        hint: 'raise the limit, or request no more than it',
      },
    );
  }
}
