import type { ErrorRecord } from '../core/error.ts';
import type { Job, RetryPolicy } from './job.ts';

const neverRetried: ReadonlySet<string> = new Set(['usage', 'not-found', 'auth', 'conflict', 'cancelled']);
const defaultDelayMs = 1000;
const defaultMaxDelayMs = 60_000;

/**
 * Whether a failed attempt is followed by another: attempts are left, and the error is among `retryOn` or, without one,
 * a failure of user code, of the process or a timeout. Runner and submitter ask the same question and so agree.
 */
export function isRetried(job: Pick<Job, 'retry' | 'attempt'>, error: ErrorRecord): boolean {
  if (job.attempt > job.retry.retries) return false;
  if (error.kind === 'cancelled') return false;
  if (job.retry.retryOn) return job.retry.retryOn.includes(error.code);
  return !neverRetried.has(error.kind ?? 'internal');
}

/**
 * Milliseconds to wait after failed attempt `attempt` (from 1): doubles from `delayMs` up to `maxDelayMs`, drawn between half
 * and whole so that many runs that failed together do not come back together.
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: () => number = Math.random): number {
  const { delayMs = defaultDelayMs, maxDelayMs = Math.max(defaultMaxDelayMs, delayMs) } = policy;
  const whole = Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs);
  return Math.round(whole / 2 + (whole / 2) * random());
}

/** What the output says between two attempts. */
export function renderRetry(attempt: number, error: ErrorRecord, delayMs: number): string {
  return `attempt ${attempt} failed (${error.code}): ${error.message}; next in ${delayMs} ms\n`;
}
