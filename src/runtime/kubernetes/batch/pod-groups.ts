import { countGroups, type TrialGroups, trialsOfGroup } from '../../agent/trial-groups.ts';
import type { Trial } from '../../batch.ts';
import type { PodObject } from '../api/objects.ts';
import { hasPodEnded, isPodRunning } from './trial-pod.ts';

/** One trial of a sweep. */
export interface TrialSlot {
  readonly trial: Trial;
  /** Nothing more is expected of it. */
  isOver: boolean;
  /** Pods that ended without a word while they were at it. */
  silentEnds: number;
}

/** One index of the Job of a sweep: the trials that its pod runs one after another. */
export interface PodGroup {
  readonly index: number;
  readonly slots: readonly TrialSlot[];
  /** Its latest pod. */
  pod?: PodObject;
  /** Whether its pod has run, or one of its trials is known to have begun. */
  hasBegun: boolean;
  /** The cluster may start a further pod though nothing is left to do. */
  hasPodToCome: boolean;
  /** Uids of pods that ended without a word, or were given up. */
  readonly silentPods: Set<string>;
  /** What is found out about it, one question after the other. */
  work: Promise<void>;
}

export function isGroupOver({ slots }: PodGroup): boolean {
  return slots.every(({ isOver }) => isOver);
}

/** The trials of a sweep, by index of its Job and by run. */
export class PodGroups {
  readonly #groups: readonly PodGroup[];
  readonly #byUid: ReadonlyMap<string, { readonly group: PodGroup; readonly slot: TrialSlot }>;
  /** Indexes from here on never begin. */
  #limit: number;

  constructor(trials: readonly Trial[], plan: TrialGroups) {
    const slots = trials.map((trial) => ({ trial, isOver: false, silentEnds: 0 }));
    this.#groups = Array.from({ length: countGroups(plan) }, (_, index) => ({
      index,
      slots: trialsOfGroup(plan, index).flatMap((at) => slots[at] ?? []),
      hasBegun: false,
      hasPodToCome: false,
      silentPods: new Set(),
      work: Promise.resolve(),
    }));
    this.#byUid = new Map(
      this.#groups.flatMap((group) => group.slots.map((slot) => [slot.trial.uid, { group, slot }] as const)),
    );
    this.#limit = this.#groups.length;
  }

  get count(): number {
    return this.#groups.length;
  }

  at(index: number): PodGroup | undefined {
    return this.#groups[index];
  }

  ofRun(uid: string): { readonly group: PodGroup; readonly slot: TrialSlot } | undefined {
    return this.#byUid.get(uid);
  }

  /** Those of which something is expected still. */
  get open(): readonly PodGroup[] {
    return this.#groups.filter((group) => !isGroupOver(group));
  }

  get isOver(): boolean {
    return this.#groups.every(isGroupOver);
  }

  get isAnyRunning(): boolean {
    return this.#groups.some(({ pod }) => pod !== undefined && isPodRunning(pod) && !hasPodEnded(pod));
  }

  get isPodToCome(): boolean {
    return this.#groups.some(({ hasPodToCome }) => hasPodToCome);
  }

  /**
   * Lets none begin any more; gives how many have begun, counted to the last one that has. Those without a pod are over; what became of
   * the others, their pods' ends tell.
   */
  close(): number {
    this.#limit = this.#groups.findLastIndex((group) => group.hasBegun || isGroupOver(group)) + 1;
    for (const group of this.#groups)
      if (!group.hasBegun && !group.pod) for (const slot of group.slots) slot.isOver = true;
    return this.#limit;
  }

  /** Whether it is one of those that are not to begin any more. */
  isDropped({ index }: PodGroup): boolean {
    return index >= this.#limit;
  }
}
