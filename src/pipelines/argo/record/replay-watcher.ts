import type { StepEnd } from '../../engine/pipeline-outcome.ts';
import type { FindEnd } from '../pod/view-target.ts';
import type { AwaitedStep, StepWatcher } from './remote-executor.ts';

interface Held {
  readonly end: StepEnd | undefined;
  readonly awaited: AwaitedStep;
  readonly release: (end: StepEnd) => void;
}

export interface ReplayListener {
  /** What has not completed is told next: how these ended, as far as anybody has said. */
  readonly onSuccessesTold: (left: readonly (StepEnd | undefined)[]) => void;
  /** Steps are left that nobody ran, although nothing had failed. */
  readonly onStuck: () => void;
}

/**
 * Tells how steps ended when all is over. Successes are told first: a failure stops what has not been told by then, and what came to
 * its end before must be in the record.
 */
export class ReplayWatcher implements StepWatcher {
  readonly #find: FindEnd;
  readonly #listener: ReplayListener;
  readonly #held: Held[] = [];
  #looking = 0;

  constructor(find: FindEnd, listener: ReplayListener) {
    this.#find = find;
    this.#listener = listener;
  }

  async ended(awaited: AwaitedStep): Promise<StepEnd> {
    this.#looking += 1;
    const end = await this.#find(awaited.step.id, awaited.at).finally(() => {
      this.#looking -= 1;
      setImmediate(() => this.#releaseNext());
    });
    if (end?.state === 'completed') return end;
    return new Promise((resolve) => this.#held.push({ end, awaited, release: resolve }));
  }

  #releaseNext(): void {
    if (this.#looking > 0 || this.#held.length === 0) return;
    this.#listener.onSuccessesTold(this.#held.map(({ end }) => end));
    this.#held.sort((a, b) => endedAt(a) - endedAt(b));
    const next = this.#held.shift();
    if (next === undefined) return;
    if (next.end === undefined && !next.awaited.active.controller.signal.aborted) this.#listener.onStuck();
    next.release(next.end ?? neverRan(next.awaited));
    setImmediate(() => this.#releaseNext());
  }
}

/** Milliseconds since 1970; those that never ran come last. */
function endedAt({ end }: Held): number {
  if (end === undefined) return Number.POSITIVE_INFINITY;
  return Date.parse(end.record?.endedAt ?? '') || 0;
}

/** How a step ends that was not started before the pipeline was stopped. */
export function neverRan({ active: { controller } }: Pick<AwaitedStep, 'active'>): StepEnd {
  const { aborted, reason } = controller.signal;
  return { state: 'skipped', reason: aborted ? String(reason) : 'it did not run', neverRan: true };
}
