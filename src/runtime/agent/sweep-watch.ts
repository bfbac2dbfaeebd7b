import type { HttpStore } from '../../tracking/http/http-store.ts';
import type { JournalEvent } from '../../tracking/journal-event.ts';
import type { IterationRecord, RunRecord } from '../../tracking/run.ts';
import type { ReadStop, SweepRules } from './sweep-rules.ts';

export interface SweepWatchOptions {
  /** Uid of the sweep. */
  readonly uid: string;
  readonly rules: SweepRules;
  readonly readStop: ReadStop;
}

/**
 * Whether further trials of a sweep begin, as one of its pods sees it: by how its own trials end, at once and where nobody else is left
 * to judge them; and by what the sweep's journal says of those of other pods.
 */
export class SweepWatch {
  readonly #options: SweepWatchOptions;
  readonly #isEnough: ((trial: IterationRecord) => boolean) | undefined;
  readonly #failed = new Set<number>();
  readonly #stop: AbortController = new AbortController();
  #seq = 0;
  #isClosed = false;

  constructor(options: SweepWatchOptions) {
    const { stop } = options.rules;
    this.#options = options;
    this.#isEnough = stop === undefined ? undefined : options.readStop(stop);
  }

  /** No further trial begins. */
  get isOver(): boolean {
    return this.#isClosed || this.#failed.size > this.#options.rules.maxFailed;
  }

  /** Reads what the sweep's journal says by now. */
  async catchUp(store: HttpStore): Promise<readonly JournalEvent[]> {
    for await (const event of store.events(this.#options.uid, { after: this.#seq })) this.#see(event);
    return [];
  }

  /** Goes on reading until `close`. A journal that cannot be followed leaves what this pod sees of its own trials. */
  follow(store: HttpStore): void {
    const { signal } = this.#stop;
    const read = async (): Promise<void> => {
      for await (const event of store.events(this.#options.uid, { after: this.#seq, follow: true, signal }))
        this.#see(event);
    };
    read().catch(() => undefined);
  }

  /** A trial of this pod has ended. */
  take(record: RunRecord): void {
    const { uid, iteration = 0, params, results, metrics, state } = record;
    if (state !== 'completed') this.#failed.add(iteration);
    else if (this.#isEnough?.({ iteration, uid, params, results, metrics, state })) this.#isClosed = true;
  }

  close(): void {
    this.#stop.abort();
  }

  #see(event: JournalEvent): void {
    this.#seq = event.seq;
    if (event.kind === 'closed') this.#isClosed = true;
    else if (event.kind === 'trial' && event.state !== 'completed') this.#failed.add(event.iteration);
  }
}
