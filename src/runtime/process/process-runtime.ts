import { availableParallelism } from 'node:os';
import type { ErrorRecord } from '../../core/error.ts';
import type { AttemptOptions, Launcher, RunningAttempt } from '../attempt.ts';
import { runtimeClosed } from '../errors.ts';
import type { Job } from '../job.ts';
import { runVariables } from '../run-variables.ts';
import type { Runtime } from '../runtime.ts';
import { submitRun } from '../submit-run.ts';
import { ChildAttempt } from './child-attempt.ts';
import { RunnerChild } from './runner-child.ts';
import { WorkerPool } from './worker-pool.ts';

export interface ProcessRuntimeOptions {
  /**
   * `fresh`: a new process for every run. `pool`: warm processes that are used again (a few milliseconds instead of tens a run);
   * environment, working directory and listeners are put back between runs, but modules stay loaded with their state.
   * @default 'fresh'
   */
  readonly isolation?: 'fresh' | 'pool';
  /** Processes of the pool. @default number of cores */
  readonly poolSize?: number;
  /** What records say the runs were in: that of a pod, where the processes are the pod's. @default 'process' */
  readonly name?: string;
  /** Knows more about why an attempt failed whose process could not say so itself. @default what its exit tells */
  readonly explain?: (job: Job, error: ErrorRecord) => ErrorRecord;
}

/**
 * Runs user code in processes of its own: a crash takes only its run down, output and memory are watched from outside, and stopping
 * a run ends its whole process group.
 */
export function createProcessRuntime(options: ProcessRuntimeOptions = {}): Runtime {
  const launcher = createLauncher(options);
  let closed = false;
  return {
    name: launcher.name,
    capabilities: launcher.capabilities,
    async submit(job, submitOptions) {
      if (closed) throw runtimeClosed('the process runtime is closed', { hint: 'open the workspace again' });
      return submitRun(launcher, job, submitOptions);
    },
    async close() {
      closed = true;
      await launcher.close();
    },
  };
}

function createLauncher({
  isolation = 'fresh',
  poolSize,
  name = 'process',
  explain,
}: ProcessRuntimeOptions): Launcher {
  const pool = isolation === 'pool' ? new WorkerPool(poolSize ?? availableParallelism()) : undefined;
  const fresh = new Set<RunningAttempt>();
  const launch = (options: AttemptOptions): RunningAttempt => {
    // V8's heap is limited when a process starts, so a run with a limit needs one of its own
    if (pool && options.job.resources.memory === undefined) return pool.launch(options);
    const attempt = launchFresh(options);
    fresh.add(attempt);
    void attempt.report.then(() => fresh.delete(attempt));
    return attempt;
  };
  const closing = { cause: 'abort', reason: 'its runtime was closed' } as const;
  return {
    name,
    capabilities: {
      isolated: true,
      canLimitMemory: true,
      canLimitCpus: false,
      needsImage: false,
      remote: false,
    },
    launch: (options) =>
      explain === undefined ? launch(options) : explained(launch(options), options.job, explain),
    async close() {
      const running = [...fresh];
      for (const attempt of running) attempt.stop(closing);
      await Promise.all([...running.map((attempt) => attempt.report), pool?.close(closing)]);
    },
  };
}

function explained(
  attempt: RunningAttempt,
  job: Job,
  explain: NonNullable<ProcessRuntimeOptions['explain']>,
): RunningAttempt {
  return {
    ...(attempt.started === undefined ? {} : { started: attempt.started }),
    stop: (request) => attempt.stop(request),
    report: attempt.report.then((report) =>
      report.written || report.error === undefined
        ? report
        : { ...report, error: explain(job, report.error) },
    ),
  };
}

function launchFresh(options: AttemptOptions): RunningAttempt {
  const { job } = options;
  const { memory } = job.resources;
  const child = new RunnerChild({
    workingDirectory: job.workingDirectory,
    env: { ...process.env, ...job.env, ...runVariables(job) },
    ...(memory === undefined ? {} : { memory }),
  });
  return new ChildAttempt(child, options, { pooled: false });
}
