import { errorRecord } from '../../../core/error.ts';
import type { HttpStore } from '../../../tracking/http/http-store.ts';
import { serverOf } from '../../../tracking/http/served-store.ts';
import { currentProcess } from '../../../tracking/process-identity.ts';
import { hasEnded } from '../../../tracking/run.ts';
import type { AttemptOptions, AttemptReport, RunningAttempt } from '../../attempt.ts';
import { recordDiff } from '../../record-environment.ts';
import { createRedactor } from '../../redactor.ts';
import { defaultGraceMs, type StopRequest } from '../../stop-request.ts';
import { takeJournal } from '../../take-journal.ts';
import { createRunObjects, deleteJob } from '../api/run-objects.ts';
import { followRun, type RunSighting } from '../follow/follow-run.ts';
import type { KubernetesSession } from '../kubernetes-session.ts';
import type { KubernetesOptions } from '../manifest/kubernetes-options.ts';
import { jobName } from '../manifest/object-name.ts';
import { type AttemptPlan, renderAttempt } from '../manifest/render-attempt.ts';
import { mainContainer } from '../manifest/render-pod.ts';
import {
  connectSeconds,
  gracePeriodSeconds,
  holdSeconds,
  imagePullSeconds,
  pendingSeconds,
} from '../manifest/time-limits.ts';
import { awaitGone } from './await-gone.ts';
import { classifyPod } from './classify-pod.ts';
import { deliverInputs } from './deliver-inputs.ts';
import { FirstWord } from './first-word.ts';
import { hearStop } from './hear-stop.ts';
import { rescueOutput } from './rescue-output.ts';
import { patienceAfterStopMs, StorePatience } from './store-patience.ts';
import { trackingOf } from './tracking-of.ts';

export interface PodAttemptOptions {
  readonly session: KubernetesSession;
  readonly attempt: AttemptOptions;
  /** With the namespace that the pod is to be in. */
  readonly options: KubernetesOptions & { readonly namespace: string };
  /** By digest. */
  readonly image: string;
  /** Label of the store's Jobs. */
  readonly store: string;
  readonly onProgress?: (line: string) => void;
}

/** What the agent gets beyond the run's own grace to bring the end to the store, before its Job is deleted. */
const extraGraceMs = 5000;
/** What a node gets beyond the grace of a pod to say that it has ended. */
const forgetAfterMs = 30_000;
/** Trouble that passes sooner is not worth a word. */
const tellAfterMs = 2000;

/** An attempt as a Job on a cluster, from its submitter's side. */
export class PodAttempt implements RunningAttempt {
  readonly report: Promise<AttemptReport>;
  readonly started: Promise<void>;
  readonly #options: PodAttemptOptions;
  readonly #name: string;
  #stopped: StopRequest | undefined;
  #isCreated = false;
  /** Whether the cluster took its Job, be it followed or not. */
  #wasTaken = false;
  readonly #following: AbortController = new AbortController();
  #sighting: RunSighting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #deleted: Promise<void> | undefined;
  #telling: NodeJS.Timeout | undefined;
  #told = '';
  #loss: NodeJS.Timeout | undefined;
  #firstWord: FirstWord | undefined;
  readonly #patience: StorePatience;
  readonly #over: AbortController = new AbortController();
  /** Why the run is to stop, as its agent hears it too. */
  #heard: string | undefined;
  #markStarted: () => void = () => undefined;

  constructor(options: PodAttemptOptions) {
    this.#options = options;
    this.#name = jobName(options.attempt.job);
    this.#patience = new StorePatience({
      what: `run "${options.attempt.job.name}"`,
      withinMs: () => (this.#stopped ? patienceAfterStopMs : holdSeconds(options.options) * 1000),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    });
    this.started = new Promise((resolve) => {
      this.#markStarted = resolve;
    });
    this.report = this.#run().finally(() => this.#markStarted());
  }

  stop(request: StopRequest): void {
    if (this.#stopped) return;
    this.#stopped = request;
    // a Job that is being created cannot be deleted yet: who creates it sees to that
    if (this.#isCreated) this.#end(request);
  }

  async #run(): Promise<AttemptReport> {
    try {
      const plan = await this.#prepare();
      await this.#handOver();
      if (!this.#stopped) await this.#create(plan);
      return await this.#settle(this.#isCreated ? await this.#follow() : undefined);
    } catch (error) {
      await this.#delete().catch((left: unknown) => this.#tellLeft(left));
      return { state: 'error', error: errorRecord(error), written: false };
    } finally {
      this.#over.abort();
      clearTimeout(this.#timer);
      clearTimeout(this.#telling);
      clearTimeout(this.#loss);
      this.#firstWord?.cancel();
    }
  }

  async #prepare(): Promise<AttemptPlan> {
    const { session, attempt, options, image, store: label } = this.#options;
    const { job, store, writer, secrets, environment } = attempt;
    const [route, delivered, captured] = await Promise.all([
      session.route(job),
      deliverInputs(job, store),
      environment,
    ]);
    if (writer && captured)
      await recordDiff({ job, store, captured, redactor: createRedactor(secrets) }, writer);
    return {
      job,
      options,
      image,
      secrets,
      tracking: trackingOf(route),
      submission: {
        submitter: currentProcess(),
        ...(captured ? { captured: { environment: captured.environment } } : {}),
      },
      delivered,
      store: label,
    };
  }

  /** From here on the journal is the agent's. */
  async #handOver(): Promise<void> {
    const { job, writer, store } = this.#options.attempt;
    writer?.close();
    if (!serverOf(store)) return;
    await (store as HttpStore).leaveRun(job.uid);
    const { uid } = job;
    hearStop({ store, uid, signal: this.#over.signal, onStop: (reason) => this.#hear(reason) });
  }

  #hear(reason: string): void {
    this.#heard = reason;
    this.stop({ cause: 'abort', reason });
  }

  async #create(plan: AttemptPlan): Promise<void> {
    const { session, options } = this.#options;
    const manifests = renderAttempt(plan);
    this.#firstWord = this.#awaitWord(plan);
    await createRunObjects(session.client, options.namespace, manifests);
    this.#wasTaken = true;
    if (this.#stopped) await this.#vanish();
    else this.#isCreated = true;
  }

  #awaitWord({ job, options, tracking }: AttemptPlan): FirstWord {
    const { attempt, onProgress } = this.#options;
    return new FirstWord({
      store: attempt.store,
      uid: job.uid,
      name: job.name,
      url: tracking.url,
      connectSeconds: connectSeconds(options),
      ...(onProgress ? { onProgress } : {}),
    });
  }

  /** Until the container has ended, or nothing will ever come of it. */
  async #follow(): Promise<RunSighting | undefined> {
    const { session, attempt, options } = this.#options;
    const sightings = followRun(session.watch(options.namespace), {
      uid: attempt.job.uid,
      attempt: attempt.job.attempt,
      pendingSeconds: pendingSeconds(options),
      imagePullSeconds: imagePullSeconds(options),
      signal: this.#following.signal,
    });
    for await (const sighting of sightings) {
      // a pod that has gone takes along how it ended
      this.#sighting = { ...(this.#sighting?.ended ? { ended: this.#sighting.ended } : {}), ...sighting };
      this.#limitLoss(sighting);
      if (sighting.phase === 'running') this.#seeRunning(sighting);
      this.#tell(sighting);
      if (this.#stopped && sighting.phase === 'pending') this.#remove();
      if (sighting.ended && sighting.diagnosis?.verdict !== 'retry' && !this.#deleted) break;
    }
    this.#following.abort();
    return this.#sighting;
  }

  #seeRunning({ pod }: RunSighting): void {
    this.#markStarted();
    this.#firstWord?.expect(pod?.metadata?.name ?? '');
  }

  /** A pod whose node is gone is not replaced before somebody takes it away: that is waited for as long as for a node. */
  #limitLoss({ diagnosis, phase }: RunSighting): void {
    const isLost = diagnosis?.trouble === 'node-lost' && phase === 'running';
    if (!isLost) {
      this.#endLoss();
      return;
    }
    // what could not be taken away is waited for anew
    const takeAway = (): void => void this.#vanish().catch(() => this.#endLoss());
    this.#loss ??= setTimeout(takeAway, pendingSeconds(this.#options.options) * 1000);
  }

  #endLoss(): void {
    clearTimeout(this.#loss);
    this.#loss = undefined;
  }

  async #settle(sighting: RunSighting | undefined): Promise<AttemptReport> {
    const { job } = this.#options.attempt;
    const written = await this.#writtenEnd();
    if (!written && sighting) await this.#rescue(sighting);
    // the agent may have heard of the request first
    const isAborted = this.#stopped?.cause === 'abort' || written?.state === 'aborted';
    if (this.#isCreated && (isAborted || isStuck(sighting))) await this.#vanish();
    return written ?? classifyPod(job, sighting, this.#stopped);
  }

  /** The agent has said how the run ended, and the store has it. */
  async #writtenEnd(): Promise<AttemptReport | undefined> {
    const { store, job } = this.#options.attempt;
    const record = await this.#patience.ask(() => store.getRun(job.uid));
    if (!hasEnded(record)) return undefined;
    if (record.attempt !== undefined && record.attempt !== job.attempt) return undefined;
    const state = record.state === 'completed' || record.state === 'aborted' ? record.state : 'error';
    return { state, written: true, record };
  }

  async #rescue({ pod }: RunSighting): Promise<void> {
    const { session, attempt, options } = this.#options;
    const name = pod?.metadata?.name;
    if (name === undefined || pod?.status?.phase === 'Pending') return;
    const source = { namespace: options.namespace, pod: name, container: mainContainer };
    const { store, job, output, created } = attempt;
    // the agent is gone: what is written here from now on follows what it brought
    (await this.#patience.ask(() => takeJournal(store, created))).close();
    await this.#patience.ask(() => rescueOutput(session.client, source, { store, uid: job.uid, output }));
  }

  /** Asks the run to end; what has not ended within the grace ends with its Job. */
  #end({ cause, reason }: StopRequest): void {
    const { job, store } = this.#options.attempt;
    if (this.#sighting?.phase !== 'running') {
      this.#remove();
      return;
    }
    // the agent keeps the time of the run by itself; a request in the store is for those who changed their minds
    if (cause === 'abort' && reason !== this.#heard)
      void store.requestStop(job.uid, reason).catch(() => this.#remove());
    const graceMs = job.graceMs ?? defaultGraceMs;
    this.#timer = setTimeout(() => this.#remove(), graceMs + extraGraceMs);
  }

  /** Has the Job deleted while it is followed. One that cannot be is not followed any more: whoever settles the run tries once again. */
  #remove(): void {
    this.#delete().catch(() => this.#following.abort());
  }

  #delete(): Promise<void> {
    const { session, options } = this.#options;
    this.#deleted ??= deleteJob(session.client, options.namespace, this.#name).catch((error: unknown) => {
      this.#deleted = undefined;
      throw error;
    });
    return this.#deleted;
  }

  #tellLeft(error: unknown): void {
    const { attempt, onProgress } = this.#options;
    if (this.#wasTaken)
      onProgress?.(
        `the Job of run "${attempt.job.name}" could not be deleted: ${errorRecord(error).message}`,
      );
  }

  /** Deletes the Job and waits until nothing of it is left. */
  async #vanish(): Promise<void> {
    const { session, attempt, options, onProgress } = this.#options;
    const { job } = attempt;
    await this.#delete();
    const forgotten = await awaitGone({
      client: session.client,
      watch: session.watch(options.namespace),
      uid: job.uid,
      attempt: job.attempt,
      forgetAfterMs: gracePeriodSeconds(job, options) * 1000 + forgetAfterMs,
    });
    if (forgotten)
      onProgress?.(
        `the node of run "${job.name}" does not answer: its pod was taken off the cluster, but may run on there until the node is back`,
      );
  }

  /** Tells what keeps the run from going on, once for each change of it; not what has passed a moment later. */
  #tell({ diagnosis }: RunSighting): void {
    clearTimeout(this.#telling);
    if (!diagnosis || diagnosis.verdict === 'fail' || diagnosis.error.message === this.#told) return;
    const { message } = diagnosis.error;
    this.#telling = setTimeout(() => {
      this.#told = message;
      const { attempt, onProgress } = this.#options;
      const line = `run "${attempt.job.name}" waits: ${message}`;
      // not into the output, which is the agent's: it may have begun before the cluster shows that its pod runs
      onProgress?.(line);
    }, tellAfterMs);
  }
}

/** A pod that waits for what will not come, which nobody else would take away. */
function isStuck(sighting: RunSighting | undefined): boolean {
  return sighting?.phase === 'pending' && sighting.diagnosis?.verdict === 'fail';
}
