const firstMs = 100;
const longestMs = 5000;

/** Milliseconds before the next try after so many failed ones (from 1): doubled each time, drawn between half and whole. */
export function retryDelay(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return whole * (0.5 + random() / 2);
}
