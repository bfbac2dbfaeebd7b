/** The time as the rest of the code sees it; tests pass their own. */
export interface Clock {
  /** Milliseconds since 1970. May go back when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only ever grow; for measuring. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Milliseconds that a timer can take; beyond them Node fires it at once. */
export const longestTimerMs: number = 2 ** 31 - 1;

/** ISO 8601 in UTC with milliseconds. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
