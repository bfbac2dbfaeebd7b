import type { ErrorRecord } from '../../../core/error.ts';
import { type PodObject, timeOf } from '../api/objects.ts';
import { diagnoseRefusal } from '../diagnosis/diagnose-job.ts';
import { diagnosePod } from '../diagnosis/diagnose-pod.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { diagnoseSuspension } from '../diagnosis/suspension.ts';
import type { RunObjects } from '../follow/namespace-watch.ts';
import { hasPodEnded, isPodRunning } from './trial-pod.ts';

export interface PendingPodsOptions {
  /** Of the sweep. */
  readonly name: string;
  readonly pendingSeconds: number;
  readonly imagePullSeconds: number;
  /** What the cluster has of the sweep. */
  readonly objects: () => RunObjects;
  /** Whether a trial of the sweep runs: others may wait for the room that it takes. */
  readonly isAnyRunning: () => boolean;
  /** A pod waits for what will not come. */
  readonly onStuck: (index: number, error: ErrorRecord) => void;
  /** The sweep gets no pods at all. */
  readonly onRefused: (error: ErrorRecord) => void;
  readonly onProgress?: (line: string) => void;
}

/** Milliseconds between looks at what pods wait for. Trouble that has passed by the next one is not worth a word. */
const lookMs = 1000;
/** How long a Job that had pods may be refused further ones, with none left, before it is given up: others' may end meanwhile. */
const refusedMs = 10_000;

/** The pods of a sweep that do not run yet: tells what they wait for, and which wait in vain. */
export class PendingPods {
  readonly #options: PendingPodsOptions;
  readonly #pods = new Map<number, PodObject>();
  /** What was found at the last look. */
  #found: ReadonlySet<string> = new Set();
  readonly #told = new Set<string>();
  /** When, by the cluster's clock, its latest pod was created. */
  #newestAt = 0;
  /** Since when, by ours, it has been refused pods and has none. */
  #refusedSince: number | undefined;
  /** Until when somebody ran whose room could be waited for. */
  #crowdedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PendingPodsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  see(index: number, pod: PodObject, isGone: boolean): void {
    this.#newestAt = Math.max(this.#newestAt, timeOf(pod.metadata?.creationTimestamp) ?? 0);
    if (isGone || isPodRunning(pod) || hasPodEnded(pod)) this.#pods.delete(index);
    else this.#pods.set(index, pod);
  }

  forget(index: number): void {
    this.#pods.delete(index);
  }

  #look(): void {
    const isAnyRunning = this.#options.isAnyRunning();
    if (isAnyRunning) this.#crowdedAt = Date.now();
    const objects = this.#options.objects();
    const found = new Map<string, Diagnosis>();
    const refusal = this.#refusal(objects, isAnyRunning || this.#pods.size > 0);
    if (refusal) found.set(refusal.trouble, refusal);
    const suspension = objects.job && diagnoseSuspension(objects.job, isAnyRunning);
    if (suspension) found.set(suspension.trouble, suspension);
    for (const [index, pod] of this.#pods) {
      const diagnosis = this.#diagnose(pod, objects);
      if (!diagnosis) continue;
      found.set(diagnosis.trouble, diagnosis);
      if (diagnosis.verdict !== 'fail' || this.#mayGetRoom(diagnosis)) continue;
      this.#pods.delete(index);
      this.#options.onStuck(index, diagnosis.error);
    }
    this.#tell(found);
  }

  #diagnose(pod: PodObject, { events, nodes }: RunObjects): Diagnosis | undefined {
    const { pendingSeconds, imagePullSeconds } = this.#options;
    const own = events.filter(({ involvedObject }) => involvedObject?.uid === pod.metadata?.uid);
    const patience = { now: Date.now(), pendingSeconds, imagePullSeconds };
    return diagnosePod(pod, { events: own, patience, ...(nodes ? { nodes } : {}) });
  }

  /** Room that other trials take comes back when they end; the time for waiting begins with the end of the last one. */
  #mayGetRoom({ trouble }: Diagnosis): boolean {
    const { pendingSeconds } = this.#options;
    return trouble.startsWith('unschedulable') && Date.now() - this.#crowdedAt < pendingSeconds * 1000;
  }

  /** Why the sweep gets no further pods; one that has none, and cannot hope for the room of its own, is given up. */
  #refusal({ job, events }: RunObjects, hasPods: boolean): Diagnosis | undefined {
    const found = job && diagnoseRefusal(job, events, this.#newestAt);
    if (!found || hasPods) this.#refusedSince = undefined;
    if (!found) return undefined;
    if (hasPods) return { ...found, verdict: 'wait' };
    this.#refusedSince ??= Date.now();
    const isOver = this.#newestAt === 0 || Date.now() - this.#refusedSince > refusedMs;
    if (!isOver) return { ...found, verdict: 'wait' };
    this.#options.onRefused(found.error);
    return found;
  }

  #tell(found: ReadonlyMap<string, Diagnosis>): void {
    const { name, onProgress } = this.#options;
    for (const [trouble, { error, verdict }] of found) {
      if (verdict === 'fail' || !this.#found.has(trouble) || this.#told.has(trouble)) continue;
      this.#told.add(trouble);
      const remedy = error.hint === undefined ? '' : `; ${error.hint}`;
      onProgress?.(`sweep "${name}" waits: ${error.message}${remedy}`);
    }
    this.#found = new Set(found.keys());
  }
}
