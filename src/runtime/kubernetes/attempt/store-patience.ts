import { setTimeout as delay } from 'node:timers/promises';
import type { SlipwayError } from '../../../core/error.ts';
import { databaseUnreachable, serverUnreachable } from '../../../tracking/errors.ts';
import { retryDelay } from '../../../tracking/retry-delay.ts';

export interface StorePatienceOptions {
  /** Who waits, e.g. `run "train"`. */
  readonly what: string;
  /** Milliseconds for which the store's server is waited for, as long as its pods wait for it; may change while it is. */
  readonly withinMs: () => number;
  readonly onProgress?: (line: string) => void;
}

/** Milliseconds for which a server that is away is waited for by who is to stop. */
export const patienceAfterStopMs = 30_000;

/** Asks a store again for as long as its server is away: what pods have ended is no less there for that. */
export class StorePatience {
  readonly #options: StorePatienceOptions;
  #isTold = false;

  constructor(options: StorePatienceOptions) {
    this.#options = options;
  }

  /** Gives the answer. Throws what is not about the server's being away, and that once it was away for too long. */
  async ask<Answer>(question: () => Answer | Promise<Answer>): Promise<Answer> {
    const begun = performance.now();
    for (let failures = 1; ; failures++) {
      try {
        const answer = await question();
        this.#isTold = false;
        return answer;
      } catch (error) {
        if (!isStoreAway(error) || performance.now() - begun > this.#options.withinMs()) throw error;
        this.#tell(error);
      }
      await delay(retryDelay(failures));
    }
  }

  #tell({ message }: SlipwayError): void {
    const { what, onProgress } = this.#options;
    if (!this.#isTold) onProgress?.(`${what} waits for its tracking server: ${message}`);
    this.#isTold = true;
  }
}

/** Whether a store does not answer because its server is away, which may pass. */
export function isStoreAway(error: unknown): error is SlipwayError {
  return serverUnreachable.is(error) || databaseUnreachable.is(error);
}
