import type { Job } from '../runtime/job.ts';
import type { RunningJob } from '../runtime/runtime.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import type { Workspace } from './workspace.ts';

export interface SubmitJobOptions {
  readonly runtime: string;
  readonly isolation?: 'fresh' | 'pool';
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
  job: Job,
  options: SubmitJobOptions,
): Promise<RunningJob> {
  const { sweep, secrets, live, signal } = options;
  const isolation = options.isolation ?? (sweep ? 'pool' : 'fresh');
  const poolSize = isolation === 'pool' ? { poolSize: sweep?.parallel ?? 1 } : {};
  const runtime = await workspace.runtime(options.runtime, { isolation, ...poolSize });
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
