import type { JobObject, PodObject, TerminatedState } from '../api/objects.ts';
import { diagnoseJob } from '../diagnosis/diagnose-job.ts';
import { diagnosePod } from '../diagnosis/diagnose-pod.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { diagnoseSuspension } from '../diagnosis/suspension.ts';
import { mainContainer } from '../manifest/render-pod.ts';
import type { NamespaceWatch, RunObjects } from './namespace-watch.ts';

/** Where a run is, as the cluster shows it. `gone`: its Job was deleted. */
export type RunPhase = 'pending' | 'running' | 'succeeded' | 'failed' | 'gone';

export interface RunSighting {
  readonly phase: RunPhase;
  readonly job?: JobObject;
  /** The latest. */
  readonly pod?: PodObject;
  /** How the container of the latest pod ended, if it has. */
  readonly ended?: TerminatedState;
  /** What keeps it from going on, or how it ended badly. */
  readonly diagnosis?: Diagnosis;
}

export interface FollowRun {
  readonly uid: string;
  /** @default the latest */
  readonly attempt?: number;
  /** Seconds that a run may wait for a node. */
  readonly pendingSeconds: number;
  readonly imagePullSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * How a run goes on the cluster: a sighting for every change of phase or diagnosis, and one when the time to wait for trouble to pass is
 * over. Ends with the run: succeeded, failed, gone, or a diagnosis that nothing but the caller can change (`fail`).
 * @throws what the watch failed with.
 */
export async function* followRun(
  watch: NamespaceWatch,
  follow: FollowRun,
): AsyncGenerator<RunSighting, void> {
  await watch.synced;
  let before = '';
  let seenJob = false;
  while (!follow.signal.aborted) {
    const changed = nextChange(watch, follow);
    const sighting = sight(watch.objects(follow.uid, follow.attempt), follow, seenJob);
    seenJob ||= sighting.job !== undefined;
    const now = fingerprint(sighting);
    if (now !== before) yield sighting;
    before = now;
    if (isFinal(sighting)) {
      changed.cancel();
      return;
    }
    changed.at(sighting.diagnosis?.until);
    await changed.happened;
  }
}

function sight(
  { job, pods, events, node, nodes }: RunObjects,
  { pendingSeconds, imagePullSeconds }: FollowRun,
  seenJob: boolean,
): RunSighting {
  const pod = pods.at(-1);
  const patience = { now: Date.now(), pendingSeconds, imagePullSeconds };
  const found =
    (job && diagnoseSuspension(job, pod !== undefined)) ??
    (pod && diagnosePod(pod, { events, patience, ...(node ? { node } : {}), ...(nodes ? { nodes } : {}) })) ??
    (job && diagnoseJob(job, events));
  const ended = pod?.status?.containerStatuses?.find(({ name }) => name === mainContainer)?.state?.terminated;
  return {
    phase: phaseOf(job, pod, seenJob),
    ...(ended ? { ended } : {}),
    ...(job ? { job } : {}),
    ...(pod ? { pod } : {}),
    ...(found ? { diagnosis: found } : {}),
  };
}

function phaseOf(job: JobObject | undefined, pod: PodObject | undefined, seenJob: boolean): RunPhase {
  if (!job) return seenJob ? 'gone' : 'pending';
  const conditions = (job.status?.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ type }) => type);
  if (conditions.includes('Complete') || conditions.includes('SuccessCriteriaMet')) return 'succeeded';
  if (conditions.includes('Failed')) return 'failed';
  const running = pod?.status?.containerStatuses?.some(({ state }) => state?.running !== undefined);
  return running || pod?.status?.phase === 'Running' ? 'running' : 'pending';
}

function isFinal({ phase, diagnosis }: RunSighting): boolean {
  return phase === 'succeeded' || phase === 'failed' || phase === 'gone' || diagnosis?.verdict === 'fail';
}

function fingerprint({ phase, pod, ended, diagnosis }: RunSighting): string {
  return JSON.stringify([
    phase,
    pod?.metadata?.uid,
    ended?.exitCode,
    diagnosis?.trouble,
    diagnosis?.verdict,
    diagnosis?.error.message,
  ]);
}

/** The next change of a run's objects, a moment in time, the end of the watch or of following: whichever is first. */
function nextChange(
  watch: NamespaceWatch,
  { uid, signal }: FollowRun,
): {
  readonly happened: Promise<void>;
  at(time: number | undefined): void;
  cancel(): void;
} {
  let timer: NodeJS.Timeout | undefined;
  let done: () => void = () => undefined;
  const change = new Promise<void>((resolve) => {
    done = resolve;
  });
  const unsubscribe = watch.subscribe(uid, done);
  signal.addEventListener('abort', done, { once: true });
  const cancel = (): void => {
    unsubscribe();
    signal.removeEventListener('abort', done);
    clearTimeout(timer);
  };
  return {
    happened: Promise.race([change, watch.failed]).finally(cancel),
    at(time) {
      // a moment later than due, so that the clock is past it
      if (time !== undefined) timer = setTimeout(done, Math.max(0, time - Date.now()) + 1);
    },
    cancel,
  };
}
