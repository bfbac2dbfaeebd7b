import { setImmediate } from 'node:timers/promises';

/** Lets other work of the process have its turn; throws when the run is to stop. Costs nothing when called often. */
export type Breath = () => Promise<void>;

const intervalMs = 20;

/** Long computations call it between steps: without it neither an abort nor a heartbeat could get through. */
export function createBreath(signal: AbortSignal): Breath {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < intervalMs) return;
    await setImmediate();
    signal.throwIfAborted();
    last = performance.now();
  };
}
