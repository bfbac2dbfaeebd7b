import type { PackagedFunction } from '../functions/function-spec.ts';
import type { Job } from '../runtime/job.ts';
import type { ApiClient } from '../runtime/kubernetes/api/api-client.ts';
import type { RunningJob, Runtime } from '../runtime/runtime.ts';
import type { ClusterPlace } from '../tracking/run.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import { checkRuntimeOptions } from './runtime-options.ts';
import { bringInputs } from './tracking/bring-inputs.ts';
import type { RunRequest, Workspace } from './workspace.ts';

export interface SubmitJobOptions {
  readonly runtime: string;
  readonly isolation?: 'fresh' | 'pool';
  /** What the call itself says about images and clusters, beyond the job. */
  readonly asked?: Pick<RunRequest, 'kubernetes' | 'imageName'>;
  /** Warm processes at most, where they are shared. @default as many as a sweep's trials at once, else 1 */
  readonly poolSize?: number;
  /** The function, where the caller has it: its image is built of it. */
  readonly packaged?: PackagedFunction;
  readonly sweep?: SweepSpec;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly live?: (...args: never[]) => unknown;
  readonly signal?: AbortSignal;
}

/**
 * Submits a job to a runtime of the workspace; with `sweep`, as trials of it. Trials share warm processes unless they are to
 * be isolated from each other.
 */
export async function submitJob(
  workspace: Workspace,
  given: Job,
  options: SubmitJobOptions,
): Promise<RunningJob> {
  checkRuntimeOptions(given, options);
  const { sweep, secrets, live, signal } = options;
  const isolation = options.isolation ?? (sweep ? 'pool' : 'fresh');
  const poolSize = isolation === 'pool' ? { poolSize: options.poolSize ?? sweep?.parallel ?? 1 } : {};
  const { kubernetes: cluster } = given;
  const settings = { isolation, ...poolSize, ...(cluster === undefined ? {} : { cluster }) };
  const runtime = await workspace.runtime(options.runtime, settings);
  const [withImage, client, brought] = await Promise.all([
    runtime.capabilities.needsImage ? imageFor(workspace, runtime, given, options) : given,
    // meanwhile: loading the client takes longer than finding that nothing is to be built
    runtime.capabilities.remote
      ? import('./cluster/reach-cluster.ts').then(({ reachCluster }) => reachCluster(workspace, cluster))
      : undefined,
    runtime.capabilities.remote ? undefined : bringInputs(workspace, given),
  ]);
  const placed =
    client === undefined ? { ...withImage, ...brought } : { ...withImage, cluster: placeOn(client, given) };
  const job = (await runtime.prepare?.(placed)) ?? placed;
  // what an earlier command left there is looked after on the way
  if (runtime.capabilities.remote) void workspace.orphans();
  const submit = {
    store: workspace.store,
    ...(secrets ? { secrets } : {}),
    ...(live ? { live } : {}),
    ...(signal ? { signal } : {}),
  };
  if (sweep === undefined) return runtime.submit(job, submit);
  const { runSweep } = await import('../tuning/run-sweep.ts');
  return runSweep({ spec: sweep, base: job, runtime, ...submit });
}

function placeOn({ server, namespace }: ApiClient, { kubernetes = {} }: Job): ClusterPlace {
  const { context } = kubernetes;
  return {
    server,
    namespace: kubernetes.namespace ?? namespace,
    ...(context === undefined ? {} : { context }),
  };
}

/** Where pods of a cluster find it, or where this machine's daemon does. */
async function imageFor(
  workspace: Workspace,
  { capabilities }: Runtime,
  job: Job,
  { packaged, asked = {} }: SubmitJobOptions,
): Promise<Job> {
  if (!capabilities.remote) return (await import('./run-image.ts')).imageOfRun(workspace, job, packaged);
  const { pushedImageOfRun } = await import('./cluster/pushed-image.ts');
  return pushedImageOfRun(workspace, job, { packaged, name: asked.imageName });
}
