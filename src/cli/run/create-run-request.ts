import type { OptionValues } from '../../core/option-table.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import type { RunRequest, Workspace } from '../../projects/workspace.ts';
import type { RetryPolicy } from '../../runtime/job.ts';
import { type ClusterOptionName, readClusterOptions } from '../cluster/read-cluster-options.ts';
import { usageError } from '../errors.ts';
import { createSweep, type SweepOptionName } from './create-sweep.ts';
import { type NotificationOptionName, notificationRequest } from './parse-notifications.ts';

export type RunOptionName =
  | 'handler'
  | 'param'
  | 'input'
  | 'returns'
  | 'name'
  | 'label'
  | 'runtime'
  | 'isolation'
  | 'timeout'
  | 'retries'
  | 'retryDelay'
  | 'retryOn'
  | 'secret'
  | 'env'
  | 'memory'
  | 'cpus'
  | 'gpus'
  | 'sharedMemory'
  | 'image'
  | 'network'
  | 'registryName'
  | ClusterOptionName
  | NotificationOptionName
  | SweepOptionName;

const artifactKinds = ['result', 'dataset', 'model', 'plot', 'file'];

/** The request that the flags of `slipway run` stand for. */
export async function createRunRequest(
  workspace: Workspace,
  packaged: PackagedFunction,
  options: Pick<OptionValues, RunOptionName>,
): Promise<RunRequest> {
  checkReturns(options.returns);
  const sweep = await createSweep(workspace, packaged, options);
  return {
    ...(options.handler === undefined ? {} : { handler: options.handler }),
    paramTexts: options.param,
    inputs: options.input,
    ...(Object.keys(options.returns).length ? { returns: options.returns } : {}),
    ...(options.name === undefined ? {} : { name: options.name }),
    labels: options.label,
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    ...(options.isolation === undefined ? {} : { isolation: options.isolation }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...clusterRequest(workspace, options),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    ...(options.retries === undefined ? {} : { retry: createRetryPolicy(options.retries, options) }),
    resources: {
      ...(options.memory === undefined ? {} : { memory: options.memory }),
      ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
      ...(options.gpus === undefined ? {} : { gpus: parseGpus(options.gpus) }),
      ...(options.sharedMemory === undefined ? {} : { shm: options.sharedMemory }),
    },
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    env: options.env,
    secrets: options.secret,
    ...(sweep ? { sweep } : {}),
    ...notificationRequest(options),
  };
}

/** What was set for every command by environment or user counts only where the run is on a cluster. */
function clusterRequest(
  { directory }: Workspace,
  options: Pick<OptionValues, ClusterOptionName | 'registryName' | 'runtime'>,
): Pick<RunRequest, 'kubernetes' | 'imageName'> {
  const { runtime, registryName, trackingAddress, ...rest } = options;
  const isThere = runtime === 'kubernetes';
  const given = { ...rest, ...(isThere && trackingAddress !== undefined ? { trackingAddress } : {}) };
  const kubernetes = readClusterOptions(given, directory);
  return {
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(isThere && registryName !== undefined ? { imageName: registryName } : {}),
  };
}

function parseGpus(text: string): number | 'all' {
  if (text === 'all') return text;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw usageError(`--gpus "${text}" is no number of graphics processors`, {
    hint: 'give a number from 1, or all',
  });
}

function createRetryPolicy(
  retries: number,
  options: Pick<OptionValues, 'retryDelay' | 'retryOn'>,
): RetryPolicy {
  return {
    retries,
    ...(options.retryDelay === undefined ? {} : { delayMs: options.retryDelay }),
    ...(options.retryOn.length ? { retryOn: options.retryOn } : {}),
  };
}

function checkReturns(returns: Readonly<Record<string, string>>): void {
  for (const [name, kind] of Object.entries(returns))
    if (!artifactKinds.includes(kind))
      throw usageError(`--returns "${name}=${kind}" names no kind of artifact`, {
        hint: `use one of: ${artifactKinds.join(', ')}`,
      });
}
