import { type ErrorRecord, reviveError } from '../../../core/error.ts';
import { followLedger } from '../../../tracking/follow-ledger.ts';
import { serverOf } from '../../../tracking/http/served-store.ts';
import { currentProcess } from '../../../tracking/process-identity.ts';
import { type RunState, terminalStates } from '../../../tracking/run.ts';
import type { LedgerFact } from '../../../tracking/store.ts';
import { planGroups, type TrialGroups } from '../../agent/trial-groups.ts';
import type { Batch, BatchRequest, TrialOutcome } from '../../batch.ts';
import { createRedactor } from '../../redactor.ts';
import type { StopRequest } from '../../stop-request.ts';
import type { JobObject, PodObject } from '../api/objects.ts';
import { createRunObjects, deleteJob, endJob, limitIndexes } from '../api/run-objects.ts';
import { awaitGone } from '../attempt/await-gone.ts';
import { deliverInputs } from '../attempt/deliver-inputs.ts';
import { patienceAfterStopMs, StorePatience } from '../attempt/store-patience.ts';
import { trackingOf } from '../attempt/tracking-of.ts';
import { podLost } from '../errors.ts';
import type { NamespaceWatch, ObjectChange } from '../follow/namespace-watch.ts';
import type { KubernetesSession } from '../kubernetes-session.ts';
import { indexedPods } from '../manifest/indexed-pods.ts';
import type { KubernetesOptions } from '../manifest/kubernetes-options.ts';
import { jobName } from '../manifest/object-name.ts';
import { type RenderedAttempt, renderAttempt } from '../manifest/render-attempt.ts';
import {
  gracePeriodSeconds,
  holdSeconds,
  imagePullSeconds,
  pendingSeconds,
} from '../manifest/time-limits.ts';
import { awaitDropped } from './await-dropped.ts';
import { deliverTrials } from './deliver-trials.ts';
import { GroupSettlement } from './group-settlement.ts';
import { OutcomeQueue } from './outcome-queue.ts';
import { PendingPods } from './pending-pods.ts';
import { type PodGroup, PodGroups } from './pod-groups.ts';
import {
  endOfJob,
  failedIndexes,
  hasPodEnded,
  indexOfPod,
  isJob,
  isOlder,
  isPodRunning,
} from './trial-pod.ts';

export interface IndexedBatchOptions {
  readonly session: KubernetesSession;
  readonly request: BatchRequest;
  /** With the namespace that the pods are to be in. */
  readonly options: KubernetesOptions & { readonly namespace: string };
  /** By digest. */
  readonly image: string;
  /** Label of the store's Jobs. */
  readonly store: string;
  /** Each trial gets a pod of its own; else pods run groups of them. */
  readonly isolated: boolean;
  readonly onProgress?: (line: string) => void;
}

/** What a node gets beyond the grace of a pod to say that it has ended. */
const forgetAfterMs = 30_000;
/** What the last pods of a Job that is over get to be seen ending. */
const lastSightMs = 3000;
/** Between looks at what trials that run have come to, where the store does not say by itself. */
const lookMs = 1000;

/**
 * The trials of a sweep as one Indexed Job, from its submitter's side: a pod for each group of them, counted and started over by the
 * cluster. Their journals come to the store from the pods; what a pod could not say is said here.
 */
export class IndexedBatch implements Batch {
  /** Resolves once nothing is expected of the batch any more. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: IndexedBatchOptions;
  readonly #plan: TrialGroups;
  readonly #groups: PodGroups;
  readonly #queue: OutcomeQueue = new OutcomeQueue();
  readonly #watch: NamespaceWatch;
  readonly #settlement: GroupSettlement;
  readonly #pending: PendingPods;
  #created: Promise<void> | undefined;
  #stopped: StopRequest | undefined;
  /** Resolves once no index begins any more that is not to. */
  #closing: Promise<void> | undefined;
  /** Groups that are looked at, or about to be: one look at a time, however long the store takes. */
  readonly #looking: Set<PodGroup> = new Set();
  #isEnding = false;
  #hasFailed = false;
  #lastSight: NodeJS.Timeout | undefined;
  #markEnded: () => void = () => undefined;
  readonly #onAbort: () => void;
  readonly #undo: (() => void)[] = [];

  constructor(options: IndexedBatchOptions) {
    const { session, request, options: kubernetes, isolated } = options;
    const { trials, parallelism } = request;
    this.#options = options;
    this.#plan = planGroups({ trials: trials.length, parallelism, isolated });
    this.#groups = new PodGroups(trials, this.#plan);
    this.#watch = session.watch(kubernetes.namespace);
    this.#settlement = this.#openSettlement();
    this.#pending = this.#openPending();
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.#onAbort = () => this.stop(abortReason(request.signal));
  }

  /** Creates what the trials need on the cluster; throws what keeps it from that. */
  async open(): Promise<this> {
    const { request } = this.#options;
    const { base, signal } = request;
    this.#undo.push(this.#watch.subscribe(base.uid, (change) => this.#see(change)));
    this.#undo.push(this.#listen());
    this.#watch.failed.catch((error: unknown) => this.#fail(error));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#undo.push(() => signal.removeEventListener('abort', this.#onAbort));
    if (signal.aborted) this.#onAbort();
    this.#created = this.#create();
    try {
      await this.#created;
      return this;
    } catch (error) {
      this.#end({ error });
      throw error;
    }
  }

  outcomes(): AsyncIterable<TrialOutcome> {
    return this.#queue.outcomes();
  }

  stopStarting(): void {
    if (this.#closing || this.#stopped || this.#hasFailed) return;
    this.#closing = this.#close();
    this.#do(async () => {
      await this.#closing;
      this.#endIfOver();
    });
  }

  /** Ends what is under way; resolves with `ended`. */
  stop(reason: string): void {
    if (this.#stopped || this.#hasFailed) return;
    this.#stopped = { cause: 'abort', reason };
    this.#do(async () => {
      await this.#created;
      await this.#vanish();
      await this.#settleOpen();
      this.#end();
    });
  }

  get #name(): string {
    return jobName(this.#options.request.base);
  }

  #openSettlement(): GroupSettlement {
    const { session, request, options } = this.#options;
    return new GroupSettlement({
      session,
      request,
      namespace: options.namespace,
      watch: this.#watch,
      groups: this.#groups,
      queue: this.#queue,
      redactor: createRedactor(request.secrets),
      patience: this.#openPatience(),
      stopped: () => this.#stopped,
      isClosed: () => this.#closing !== undefined,
      onOver: () => this.#endIfOver(),
    });
  }

  #openPatience(): StorePatience {
    const { request, options, onProgress } = this.#options;
    return new StorePatience({
      what: `sweep "${request.base.name}"`,
      withinMs: () => (this.#stopped || this.#hasFailed ? patienceAfterStopMs : holdSeconds(options) * 1000),
      ...(onProgress ? { onProgress } : {}),
    });
  }

  #openPending(): PendingPods {
    const { request, options, onProgress } = this.#options;
    const giveUp = (index: number, error: ErrorRecord): void =>
      this.#ask(this.#groups.at(index), (group) => this.#settlement.giveUp(group, error));
    return new PendingPods({
      name: request.base.name,
      pendingSeconds: pendingSeconds(options),
      imagePullSeconds: imagePullSeconds(options),
      objects: () => this.#watch.objects(request.base.uid),
      isAnyRunning: () => this.#groups.isAnyRunning,
      onStuck: giveUp,
      onRefused: (error) => this.#fail(reviveError(error)),
      ...(onProgress ? { onProgress } : {}),
    });
  }

  async #create(): Promise<void> {
    const manifests = await this.#render();
    if (this.#stopped) return;
    const { session, options } = this.#options;
    try {
      await createRunObjects(session.client, options.namespace, manifests);
    } catch (error) {
      // its Job may be there, held back for what will not come
      await deleteJob(session.client, options.namespace, this.#name).catch(() => undefined);
      throw error;
    }
    this.#pending.start();
  }

  async #render(): Promise<RenderedAttempt> {
    const { session, request, options, image, store: label } = this.#options;
    const { base, store, maxFailed, stop, secrets = {} } = request;
    const [route, delivered, trials] = await Promise.all([
      session.route(base),
      deliverInputs(base, store),
      deliverTrials(request.trials, store),
    ]);
    const rules = { groups: this.#plan, maxFailed, ...(stop === undefined ? {} : { stop }) };
    return renderAttempt({
      job: base,
      options,
      image,
      secrets,
      tracking: trackingOf(route),
      submission: { submitter: currentProcess() },
      delivered,
      store: label,
      batch: { trials, rules, indexed: indexedPods(base, rules) },
    });
  }

  /** Lets no index begin that has not: those that have go on to the ends of what they are at. */
  async #close(): Promise<void> {
    await this.#created;
    const { session, request, options } = this.#options;
    const begun = this.#groups.close();
    if (begun === 0) return this.#vanish();
    if (begun === this.#groups.count) return;
    // also where all that has begun is over: the cluster may be about to start the next pod
    await limitIndexes(session.client, options.namespace, this.#name, {
      begun,
      maxFailed: request.maxFailed,
    });
  }

  /** The cluster shows something new. */
  #see(change: ObjectChange | undefined): void {
    if (change === undefined) return;
    const { object, isGone } = change;
    const index = indexOfPod(object);
    if (index !== undefined) this.#seePod(this.#groups.at(index), object, isGone);
    else if (isJob(object)) this.#seeJob(object, isGone);
  }

  #seePod(group: PodGroup | undefined, pod: PodObject, isGone: boolean): void {
    if (!group || isOlder(pod, group.pod)) return;
    group.pod = pod;
    this.#pending.see(group.index, pod, isGone);
    if (isPodRunning(pod) && !this.#groups.isDropped(group)) group.hasBegun = true;
    if (!isGone && !hasPodEnded(pod)) return;
    // who stops the trials looks at all of them when they are gone; what is not to begin may do so until its pod is
    const isSettled = this.#stopped || this.#hasFailed || (this.#groups.isDropped(group) && !isGone);
    if (!isSettled) this.#ask(group, () => this.#settlement.settle(group, pod));
  }

  #seeJob(job: JobObject, isGone: boolean): void {
    if (this.#stopped || this.#hasFailed) return;
    if (isGone && this.#groups.isOver) return;
    if (isGone) {
      const error = podLost(
        `the Job of sweep "${this.#options.request.base.name}" was deleted from the cluster`,
        {
          hint: 'somebody deleted it (`kubectl delete job`), or the namespace: run the sweep again',
          details: { trouble: 'deleted' },
        },
      );
      this.#forceEnd({ error });
      return;
    }
    for (const index of failedIndexes(job))
      this.#ask(this.#groups.at(index), (group) => this.#settlement.settle(group, group.pod, true));
    if (endOfJob(job) !== undefined) this.#lastSight ??= setTimeout(() => this.#forceEnd(), lastSightMs);
  }

  /** No pod will say more: trials that have begun end by what is known, others never begin. */
  #forceEnd(failure?: { readonly error: unknown }): void {
    this.#do(async () => {
      await this.#settleOpen(true);
      this.#end(failure);
    });
  }

  async #settleOpen(isLast = false): Promise<void> {
    const open = this.#groups.open;
    for (const group of open)
      if (group.pod || group.hasBegun)
        this.#ask(group, () => this.#settlement.settle(group, group.pod, isLast));
    await Promise.all(open.map(({ work }) => work));
  }

  /** Hears how trials end sooner than the cluster shows that their pods have. */
  #listen(): () => void {
    const { base, store } = this.#options.request;
    if (!serverOf(store)) return followLedger(base.storeDirectory, base.project, (fact) => this.#hear(fact));
    const timer = setInterval(() => this.#lookAtRunning(), lookMs);
    return () => clearInterval(timer);
  }

  #hear(fact: LedgerFact): void {
    if (fact.kind !== 'run' && fact.kind !== 'changed') return;
    const found = this.#groups.ofRun(fact.uid);
    if (!found || found.slot.isOver) return;
    const { group, slot } = found;
    if (!this.#groups.isDropped(group)) group.hasBegun = true;
    if (fact.kind === 'changed' && terminalStates.has(fact.state as RunState))
      this.#ask(group, () => this.#settlement.look(group, slot));
  }

  /** A store elsewhere is asked for the trials that are under way: of each pod, the first that has not ended. */
  #lookAtRunning(): void {
    for (const group of this.#groups.open) {
      const slot = group.slots.find(({ isOver }) => !isOver);
      if (!slot || !group.hasBegun || group.slots.length === 1 || this.#looking.has(group)) continue;
      this.#looking.add(group);
      this.#ask(group, () => this.#settlement.look(group, slot).finally(() => this.#looking.delete(group)));
    }
  }

  /** Asks what became of the trials of a group, after what is asked already. */
  #ask(group: PodGroup | undefined, question: (group: PodGroup) => Promise<void>): void {
    if (!group) return;
    group.work = group.work.then(() => question(group)).catch((error: unknown) => this.#fail(error));
  }

  #endIfOver(): void {
    if (this.#stopped || this.#hasFailed || this.#isEnding || !this.#groups.isOver) return;
    this.#isEnding = true;
    this.#do(async () => {
      await this.#endLeft();
      this.#end();
    });
  }

  /** All trials are over: nothing of the Job may begin that nobody waits for. */
  async #endLeft(): Promise<void> {
    const { session, options } = this.#options;
    if (this.#closing) {
      await this.#closing;
      await awaitDropped(this.#watch, this.#options.request.base.uid, this.#groups);
      await this.#settlement.endStragglers();
    }
    if (this.#groups.isPodToCome) await endJob(session.client, options.namespace, this.#name);
  }

  /** The trials cannot go on: those that have begun end by what is known. */
  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#do(async () => {
      await this.#vanish().catch(() => undefined);
      await this.#settleOpen(true);
      this.#end({ error });
    });
  }

  #end(failure?: { readonly error: unknown }): void {
    for (const undo of this.#undo.splice(0)) undo();
    clearTimeout(this.#lastSight);
    this.#pending.stop();
    this.#queue.end(failure);
    this.#markEnded();
  }

  /** Deletes the Job and waits until nothing of it is left. */
  async #vanish(): Promise<void> {
    const { session, request, options, onProgress } = this.#options;
    const { base } = request;
    await deleteJob(session.client, options.namespace, this.#name);
    const forgotten = await awaitGone({
      client: session.client,
      watch: this.#watch,
      uid: base.uid,
      attempt: base.attempt,
      forgetAfterMs: gracePeriodSeconds(base, options) * 1000 + forgetAfterMs,
    });
    if (forgotten)
      onProgress?.(
        `a node of sweep "${base.name}" does not answer: its pods were taken off the cluster, but may run on there until it is back`,
      );
  }

  #do(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#end({ error }));
  }
}

function abortReason({ reason }: AbortSignal): string {
  if (typeof reason === 'string') return reason;
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'it was asked to stop';
}
