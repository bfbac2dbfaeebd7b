import { setTimeout as wait } from 'node:timers/promises';
import { claimHolder, holderIsAlive } from '../../tracking/claim-holder.ts';
import type { RunStore } from '../../tracking/store.ts';

const defaultLeaseMs = 30_000;
/** Signs of life in the time of a lease. */
const beatsPerLease = 6;
/** Milliseconds between two looks at whether the other has landed: at first, and at most. */
const firstLook = 25;
const longestLook = 1_000;

/** The right to be the only one who runs something. */
export interface Flight {
  release(): Promise<void>;
}

export interface FlightOptions {
  readonly store: Pick<RunStore, 'claim' | 'keepClaim' | 'release'>;
  readonly name: string;
  /** Who enters; the same one may enter again. @default something new */
  readonly holder?: string;
  /** Whether what runs may keep this thread busy, so that it gives no sign of life. @default false */
  readonly mayBlock?: boolean;
  /** Milliseconds after which somebody who gives no sign of life may be replaced. @default 30000 */
  readonly leaseMs?: number;
}

/**
 * Waits until nobody else, on whatever machine works with the store, runs `name`, and is then the one. Who was killed is replaced: at
 * once where it was a process of this machine, else when its lease has ended. Rejects with the signal's reason when that fires.
 */
export async function enterFlight(options: FlightOptions, signal: AbortSignal): Promise<Flight> {
  const { store, name, holder = claimHolder(), mayBlock = false, leaseMs = defaultLeaseMs } = options;
  for (let look = firstLook; ; look = Math.min(look * 1.5, longestLook)) {
    signal.throwIfAborted();
    const has = await store.claim(name, holder, leaseMs);
    if (has === holder) return holdFlight({ store, name, holder, mayBlock, leaseMs });
    if (holderIsAlive(has) === false) await store.release(name, has);
    await wait(look * (0.5 + Math.random()), undefined, { signal });
  }
}

/** Enters unless somebody else is in. */
export async function tryEnterFlight({
  store,
  name,
  holder = claimHolder(),
  mayBlock = false,
  leaseMs = defaultLeaseMs,
}: FlightOptions): Promise<Flight | undefined> {
  const has = await store.claim(name, holder, leaseMs);
  return has === holder ? holdFlight({ store, name, holder, mayBlock, leaseMs }) : undefined;
}

function holdFlight({ store, name, holder, mayBlock, leaseMs }: Required<FlightOptions>): Flight {
  const everyMs = leaseMs / beatsPerLease;
  const kept = mayBlock ? store.keepClaim?.({ name, holder, leaseMs, everyMs }) : undefined;
  const beats = kept ?? beat(() => store.claim(name, holder, leaseMs), everyMs);
  return {
    release: async () => {
      // a late sign of life would take the right again
      await beats.stop();
      await store.release(name, holder);
    },
  };
}

/** Does something again and again. */
function beat(act: () => Promise<unknown>, everyMs: number): { stop(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // where the store is away the lease may end, and the step run twice
    last = act().catch(() => undefined);
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await last;
    },
  };
}
