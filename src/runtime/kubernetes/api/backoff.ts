export interface Backoff {
  /** Milliseconds to wait before the next try: longer each time, and never the same for two. */
  next(): number;
  /** It worked: the next wait is short again. */
  reset(): void;
}

/** Doubles from `firstMs` up to `longestMs`; each wait is drawn between half and whole. */
export function createBackoff({
  firstMs = 100,
  longestMs = 5000,
  random = Math.random,
}: {
  firstMs?: number;
  longestMs?: number;
  random?: () => number;
} = {}): Backoff {
  let wait = firstMs;
  return {
    next() {
      const drawn = wait * (0.5 + random() / 2);
      wait = Math.min(wait * 2, longestMs);
      return drawn;
    },
    reset() {
      wait = firstMs;
    },
  };
}
