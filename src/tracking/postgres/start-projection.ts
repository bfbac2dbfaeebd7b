import { setTimeout as delay } from 'node:timers/promises';
import { isSlipwayError } from '../../core/error.ts';
import { terminalStates } from '../run.ts';
import type { Database } from './database.ts';
import { projectAll } from './read/run-rows.ts';

/** Milliseconds between looks for runs whose rows have fallen behind. */
const pauseMs = 2000;
/** Most of them after looks that failed one after the other. */
const longestPauseMs = 16_000;
/** Events that a row may be behind without anybody asking. */
const farBehind = 1000;

/**
 * Brings rows up to their journals while nobody asks, so that the first who does need not wait for it. Several servers may do so at
 * once: a row that is up to date is passed over.
 */
export function startProjection(database: Database): {
  /** What nobody expected and the last look that came to an end met, if it did. */
  readonly failure: () => unknown;
  stop(): Promise<void>;
} {
  const stopped = new AbortController();
  const { signal } = stopped;
  let failure: unknown;
  const work = async (): Promise<void> => {
    for (let failures = 0; ; ) {
      const waitMs = Math.min(longestPauseMs, pauseMs * 2 ** failures);
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await projectAll(database, await behind(database));
        failures = 0;
        failure = undefined;
      } catch (error) {
        // a database that is away is told of by every request; the next look finds it back
        if (isSlipwayError(error)) continue;
        failures++;
        failure = error;
      }
    }
  };
  const done = work();
  return {
    failure: () => failure,
    async stop() {
      stopped.abort();
      await done;
    },
  };
}

async function behind(database: Database): Promise<readonly number[]> {
  const found = (await database.query({
    name: 'far behind',
    text: `SELECT r.id FROM runs r JOIN journals j ON j.id = r.id WHERE r.live
      AND (j.seq > r.seq + ${farBehind} OR r.state = ANY($1)) ORDER BY r.id LIMIT 500`,
    values: [[...terminalStates]],
  })) as readonly { id: number }[];
  return found.map(({ id }) => id);
}
