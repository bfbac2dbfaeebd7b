import type { PackagedFunction } from '../functions/function-spec.ts';
import type { Job } from '../runtime/job.ts';
import type { RunningJob } from '../runtime/runtime.ts';
import type { SweepSpec } from '../tuning/sweep.ts';
import { checkRuntimeOptions } from './runtime-options.ts';
import type { Workspace } from './workspace.ts';

export interface SubmitJobOptions {
  readonly runtime: string;
  readonly isolation?: 'fresh' | 'pool';
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
  const runtime = await workspace.runtime(options.runtime, { isolation, ...poolSize });
  const withImage = runtime.capabilities.needsImage
    ? await (await import('./run-image.ts')).imageOfRun(workspace, given, options.packaged)
    : given;
  const job = (await runtime.prepare?.(withImage)) ?? withImage;
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
