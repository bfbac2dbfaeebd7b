import type { ErrorRecord } from '../../../core/error.ts';
import { runNotFound } from '../../../tracking/errors.ts';
import { hasEnded, type RunRecord } from '../../../tracking/run.ts';
import { agentExit } from '../../agent/agent-exit.ts';
import { parseLastWord } from '../../agent/last-word.ts';
import type { AttemptReport } from '../../attempt.ts';
import { type BatchRequest, trialJob } from '../../batch.ts';
import type { Job } from '../../job.ts';
import type { Redactor } from '../../redactor.ts';
import { isRetried } from '../../retry-policy.ts';
import type { StopRequest } from '../../stop-request.ts';
import type { PodObject } from '../api/objects.ts';
import { forgetPod } from '../api/run-objects.ts';
import { classifyPod } from '../attempt/classify-pod.ts';
import { isStoreAway, type StorePatience } from '../attempt/store-patience.ts';
import { diagnosePod } from '../diagnosis/diagnose-pod.ts';
import type { RunSighting } from '../follow/follow-run.ts';
import type { NamespaceWatch } from '../follow/namespace-watch.ts';
import type { KubernetesSession } from '../kubernetes-session.ts';
import { lastExitCodes } from '../manifest/render-job.ts';
import { mainContainer } from '../manifest/render-pod.ts';
import { endTrial, restartTrial, type SilentEnd } from './end-trial.ts';
import type { OutcomeQueue } from './outcome-queue.ts';
import type { PodGroup, PodGroups, TrialSlot } from './pod-groups.ts';
import { endOfPod } from './trial-pod.ts';

export interface GroupSettlementOptions {
  readonly session: KubernetesSession;
  readonly request: BatchRequest;
  readonly namespace: string;
  readonly watch: NamespaceWatch;
  readonly groups: PodGroups;
  readonly queue: OutcomeQueue;
  readonly redactor: Redactor;
  readonly patience: StorePatience;
  /** Why all of them are ended, once they are. */
  readonly stopped: () => StopRequest | undefined;
  /** Whether no further trial is to begin. */
  readonly isClosed: () => boolean;
  /** Nothing more is expected of a trial. */
  readonly onOver: (group: PodGroup) => void;
}

/** A trial of which the store does not know how it ended. */
interface SilentTrial {
  readonly slot: TrialSlot;
  readonly record: RunRecord | undefined;
}

/** Finds out how the trials of a sweep's pods ended, and says it for those whose pods could not. */
export class GroupSettlement {
  readonly #options: GroupSettlementOptions;

  constructor(options: GroupSettlementOptions) {
    this.#options = options;
  }

  /** Takes the end of one trial, if the store knows of it; one that is away now is looked into again. */
  async look(group: PodGroup, slot: TrialSlot): Promise<void> {
    if (slot.isOver) return;
    const record = await this.#lookUp(slot).catch((error: unknown) => {
      if (!isStoreAway(error)) throw error;
    });
    if (record && hasEnded(record)) this.#take(group, slot, record);
  }

  /** Finds out what became of the trials of a group whose pod has ended; `isLast` where no other pod will come for them. */
  async settle(group: PodGroup, pod?: PodObject, isLast = false): Promise<void> {
    const { stopped, groups } = this.#options;
    const silent = await this.#silentTrials(group);
    const [first, ...rest] = silent;
    if (!first) return;
    const stop = stopped();
    if (stop) return this.#endStopped(group, silent, stop);
    if (groups.isDropped(group)) return this.#drop(group, silent);
    if (pod === undefined && !isLast) return;
    const sighting = this.#sighting(pod);
    const isNeverToBegin = first.record === undefined && (this.#options.isClosed() || isDone(sighting));
    if (isNeverToBegin) return this.#closeAll(group, silent);
    if (!isLast && isReplaced(sighting)) return;
    const isFinal = isLast || isLastCode(sighting);
    if (isKnown(group) && !isFinal) return;
    // the last word of a pod is not about a trial of which it says nothing
    const seen = isDone(sighting) ? { phase: sighting.phase } : sighting;
    const report = classifyPod(this.#jobOf(first), seen, undefined);
    await this.#endAttempt(group, first, { report, isFinal });
    if (isFinal) await this.#endRest(group, rest, report);
    else if (this.#options.isClosed()) this.#closeAll(group, rest);
  }

  /** The pod of a group waits for what will not come: neither would it for another trial. */
  async giveUp(group: PodGroup, error: ErrorRecord): Promise<void> {
    if (isKnown(group)) return;
    const [first, ...rest] = await this.#silentTrials(group);
    if (!first) return;
    const { session, namespace } = this.#options;
    const report: AttemptReport = { state: 'error', error, written: false };
    const isRestarted = await this.#endAttempt(group, first, { report, isFinal: false });
    if (!isRestarted) await this.#endRest(group, rest, report);
    const name = group.pod?.metadata?.name;
    if (name !== undefined) await forgetPod(session.client, namespace, name);
  }

  /** Trials that began in the moment in which the sweep was cut, in pods that nobody saw: they end with it, and are none of its. */
  async endStragglers(): Promise<void> {
    const { request, groups, patience } = this.#options;
    const filter = "state in ('created', 'pending', 'running')";
    const query = { parent: request.base.uid, all: true, filter };
    const { runs } = await patience.ask(() => request.store.searchRuns(query));
    for (const { uid } of runs) {
      const found = groups.ofRun(uid);
      if (!found) continue;
      const record = await this.#recordOf(found.slot);
      if (record && !hasEnded(record)) await this.#abort(found.group, { slot: found.slot, record });
    }
  }

  async #silentTrials(group: PodGroup): Promise<readonly SilentTrial[]> {
    const silent: SilentTrial[] = [];
    for (const slot of group.slots) {
      if (slot.isOver) continue;
      const record = await this.#recordOf(slot);
      if (record && hasEnded(record)) this.#take(group, slot, record);
      else silent.push({ slot, record });
    }
    return silent;
  }

  async #endStopped(group: PodGroup, silent: readonly SilentTrial[], stop: StopRequest): Promise<void> {
    for (const trial of silent)
      if (trial.record) await this.#finish(group, trial, classifyPod(this.#jobOf(trial), undefined, stop));
      else this.#close(group, trial.slot);
  }

  /** The sweep was over before they began: they count for nothing, but what has a record ends. */
  async #drop(group: PodGroup, silent: readonly SilentTrial[]): Promise<void> {
    for (const trial of silent) {
      if (trial.record) await this.#abort(group, trial);
      this.#close(group, trial.slot);
    }
  }

  async #abort(group: PodGroup, trial: SilentTrial): Promise<void> {
    const stop = { cause: 'abort', reason: 'the sweep was over before it began' } as const;
    const job = this.#jobOf(trial);
    await endTrial(this.#silentEnd(group, job), classifyPod(job, undefined, stop));
  }

  /** Gives whether another attempt is made of it. */
  async #endAttempt(
    group: PodGroup,
    trial: SilentTrial,
    { report, isFinal }: { readonly report: AttemptReport; readonly isFinal: boolean },
  ): Promise<boolean> {
    const { slot } = trial;
    group.silentPods.add(podOf(group));
    group.hasPodToCome = !isFinal;
    slot.silentEnds += 1;
    const job = this.#jobOf(trial);
    const isRestarted = !isFinal && slot.silentEnds <= job.retry.retries;
    if (isRestarted && report.error && isRetried(job, report.error)) {
      await restartTrial(this.#silentEnd(group, job), report.error);
      return true;
    }
    await this.#finish(group, trial, report);
    return false;
  }

  /** What ended one trial of a pod would end the others: one after the other, unless the sweep is over by that. */
  async #endRest(group: PodGroup, rest: readonly SilentTrial[], report: AttemptReport): Promise<void> {
    const { queue, stopped, isClosed } = this.#options;
    for (const trial of rest) {
      await queue.taken();
      if (stopped() || isClosed()) this.#close(group, trial.slot);
      else await this.#finish(group, trial, report);
    }
  }

  #closeAll(group: PodGroup, trials: readonly SilentTrial[]): void {
    for (const { slot } of trials) this.#close(group, slot);
  }

  async #finish(group: PodGroup, trial: SilentTrial, report: AttemptReport): Promise<void> {
    const outcome = await endTrial(this.#silentEnd(group, this.#jobOf(trial)), report);
    this.#close(group, trial.slot);
    this.#options.queue.push({ iteration: trial.slot.trial.iteration, outcome });
    this.#options.onOver(group);
  }

  #take(group: PodGroup, slot: TrialSlot, record: RunRecord): void {
    const { state, error } = record;
    slot.isOver = true;
    const outcome = { state, record, ...(error ? { error } : {}) };
    this.#options.queue.push({ iteration: slot.trial.iteration, outcome });
    this.#options.onOver(group);
  }

  #close(group: PodGroup, slot: TrialSlot): void {
    slot.isOver = true;
    this.#options.onOver(group);
  }

  #sighting(pod: PodObject | undefined): RunSighting {
    const { watch, request } = this.#options;
    const { events, node } = watch.objects(request.base.uid);
    const patience = { now: Date.now(), pendingSeconds: 0, imagePullSeconds: 0 };
    const diagnosis = pod && diagnosePod(pod, { events, patience, ...(node ? { node } : {}) });
    const ended = pod && endOfPod(pod);
    return {
      phase: pod ? 'failed' : 'gone',
      ...(pod ? { pod } : {}),
      ...(ended ? { ended } : {}),
      ...(diagnosis ? { diagnosis } : {}),
    };
  }

  #silentEnd(group: PodGroup, job: Job): SilentEnd {
    const { session, request, namespace, redactor, patience, stopped } = this.#options;
    const pod = group.pod?.metadata?.name;
    const hasOutput = group.hasBegun && pod !== undefined && !stopped();
    return {
      store: request.store,
      redactor,
      patience,
      client: session.client,
      job,
      ...(hasOutput ? { log: { namespace, pod, container: mainContainer } } : {}),
    };
  }

  #jobOf({ slot, record }: SilentTrial): Job {
    const job = trialJob(this.#options.request.base, slot.trial);
    return { ...job, attempt: record?.attempt ?? job.attempt };
  }

  #recordOf(slot: TrialSlot): Promise<RunRecord | undefined> {
    return this.#options.patience.ask(() => this.#lookUp(slot));
  }

  async #lookUp({ trial }: TrialSlot): Promise<RunRecord | undefined> {
    try {
      return await this.#options.request.store.getRun(trial.uid);
    } catch (error) {
      if (runNotFound.is(error)) return undefined;
      throw error;
    }
  }
}

const podOf = ({ pod }: PodGroup): string => pod?.metadata?.uid ?? '';

/** Whether it has been found out already what the end of its latest pod means. */
const isKnown = (group: PodGroup): boolean => group.silentPods.has(podOf(group));

/** The pod did all that it was to do: what it left, it left because the sweep was over. */
function isDone({ ended }: RunSighting): boolean {
  return parseLastWord(ended?.message)?.written === true;
}

/** The cluster starts another pod, and does not count this one: it was taken away. */
function isReplaced({ diagnosis, ended }: RunSighting): boolean {
  return diagnosis?.verdict === 'retry' || ended?.exitCode === agentExit.stopped;
}

/** The cluster starts no further pod for an index that ended so. */
function isLastCode({ ended }: RunSighting): boolean {
  return ended !== undefined && lastExitCodes.includes(ended.exitCode);
}
