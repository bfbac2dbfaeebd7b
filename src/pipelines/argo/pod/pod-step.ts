import type { ErrorRecord } from '../../../core/error.ts';
import { layout } from '../../../functions/image/layers/image-layout.ts';
import { explainMemory } from '../../../runtime/agent/container-memory.ts';
import { podTerminated } from '../../../runtime/agent/errors.ts';
import { megabytes } from '../../../runtime/end-errors.ts';
import { runOutOfMemory } from '../../../runtime/errors.ts';
import type { Job } from '../../../runtime/job.ts';
import { createProcessRuntime } from '../../../runtime/process/process-runtime.ts';
import { isRetried, retryDelay } from '../../../runtime/retry-policy.ts';
import type { RunningJob } from '../../../runtime/runtime.ts';
import type { RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import { createStepJob } from '../../engine/create-step-job.ts';
import type { StepRun } from '../../run-plan.ts';
import { standInLabel } from '../step-record.ts';
import { stepRunUid } from '../step-run-uid.ts';
import type { PodPlace } from './read-pod-place.ts';

export interface PodStepOptions {
  readonly place: PodPlace;
  readonly store: RunStore;
  readonly signal: AbortSignal;
  /** Labels beside the step's own. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The run that a pod before this one had begun. */
  readonly begun?: RunRecord;
  readonly onStarted: (job: RunningJob) => void;
}

/** Runs a step in the processes of its pod, with its retries, its timeout and its sweep as everywhere. */
export async function runPodStep(run: StepRun, options: PodStepOptions): Promise<RunRecord> {
  const { place, store, signal, begun, onStarted } = options;
  const { step } = run;
  const job = podJob(run, options);
  const goesOn = begun === undefined ? undefined : afterPod(job, begun, place);
  if (goesOn?.isLast === true) return endRun(store, job.uid, goesOn.error);
  const secrets = Object.fromEntries(job.secretNames.map((name) => [name, place.readSecret(name)]));
  const isSweep = step.sweep !== undefined;
  const pool = isSweep ? ({ isolation: step.options.isolation ?? 'pool' } as const) : {};
  const poolSize = isSweep ? { poolSize: step.sweep?.parallel ?? 1 } : {};
  const runtime = createProcessRuntime({
    name: 'kubernetes',
    explain: explainMemory(),
    ...pool,
    ...poolSize,
  });
  const submit = { store, secrets, signal };
  try {
    const running =
      step.sweep === undefined
        ? await runtime.submit(job, {
            ...submit,
            ...(goesOn === undefined ? {} : { continues: { error: goesOn.error, delayMs: goesOn.delayMs } }),
          })
        : await (await import('../../../tuning/run-sweep.ts')).runSweep({
            spec: step.sweep,
            base: job,
            runtime,
            ...submit,
          });
    onStarted(running);
    return (await running.wait()).record;
  } finally {
    await runtime.close();
  }
}

function podJob(run: StepRun, { place, labels, begun }: PodStepOptions): Job {
  const { agent, plan, pipelineRun, task, context } = place;
  const job = createStepJob(run, {
    project: plan.metadata.project,
    storeDirectory: agent.spoolDirectory,
    workingDirectory: `/${layout.work}`,
  });
  const image = context.images?.[run.step.id];
  const delivered = Object.entries(run.inputs).flatMap(([name, { uri }]) => {
    const file = context.files?.[uri];
    return file === undefined ? [] : [[name, file] as const];
  });
  return {
    ...job,
    uid: stepRunUid(pipelineRun, run.step.id, task.at),
    bundleDirectory: `/${layout.bundle}`,
    function: image === undefined ? job.function : { ...job.function, image },
    labels: { ...job.labels, ...labels },
    ...(delivered.length === 0 ? {} : { delivered: Object.fromEntries(delivered) }),
    ...(begun === undefined ? {} : { attempt: (begun.attempt ?? 1) + 1 }),
  };
}

interface AfterPod {
  /** How the attempt in the pod before ended. */
  readonly error: ErrorRecord;
  /** Milliseconds to wait until the next one. */
  readonly delayMs: number;
  /** Whether no attempt follows. */
  readonly isLast: boolean;
}

/** A pod that the cluster took away is replaced at once; one that ran out of memory is an attempt that failed. */
function afterPod(job: Job, begun: RunRecord, { isAfterMemory }: PodPlace): AfterPod {
  const attempt = begun.attempt ?? 1;
  if (!isAfterMemory) return { error: podGone(job.name), delayMs: 0, isLast: false };
  const error = memoryGone(job);
  const isLast = job.runKind === 'sweep' || !isRetried({ retry: job.retry, attempt }, error);
  return { error, delayMs: retryDelay(job.retry, attempt), isLast };
}

function podGone(step: string): ErrorRecord {
  const error = podTerminated(`the pod that step "${step}" was in before has gone`, {
    hint: 'the cluster took it away and started another one',
  });
  return error.toJSON();
}

function memoryGone({ name, resources: { memory } }: Job): ErrorRecord {
  const limit = memory === undefined ? 'it may have' : `its limit of ${megabytes(memory)}`;
  const error = runOutOfMemory(`the pod of step "${name}" needed more memory than ${limit}`, {
    hint: 'give it more memory, or less data at once',
    details: memory === undefined ? {} : { limit: memory },
  });
  return error.toJSON();
}

function endRun(store: RunStore, uid: string, error: ErrorRecord): RunRecord {
  const writer = store.openRun(uid);
  writer.append({ kind: 'state', state: 'error', error });
  const record = writer.record();
  writer.close();
  return record;
}

/** Records that an earlier run stands for a step: a run of its own that did not happen. */
export function recordStandIn(
  run: StepRun,
  { place, store }: Pick<PodStepOptions, 'place' | 'store'>,
  { from, reason }: { readonly from: string; readonly reason: string },
): void {
  const { pipelineRun, task, plan } = place;
  const { name, handler, digest } = run.function;
  const writer = store.createRun({
    uid: stepRunUid(pipelineRun, run.step.id, task.at),
    name: run.id,
    project: plan.metadata.project,
    runKind: run.step.sweep ? 'sweep' : 'step',
    params: run.params,
    inputs: run.inputs,
    labels: { ...run.step.options.labels, [standInLabel]: from },
    function: { name, handler, digest },
    parent: pipelineRun,
    step: run.id,
  });
  writer.append({ kind: 'state', state: 'skipped', reason });
  writer.close();
}
