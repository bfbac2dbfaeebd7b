import type { RetryOptions } from '../registry-options.ts';

/** Answers that a later attempt may not get: too many requests, and failures of the server or of what stands before it. */
export const passingStatuses: readonly number[] = [408, 429, 500, 502, 503, 504];

const passingCodes: readonly string[] = [
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_EOF_STATE',
];

/** Whether an error of the network may pass. */
export function isPassing(error: unknown): boolean {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  return (code !== undefined && passingCodes.includes(code)) || message === 'aborted';
}

/** Longest wait that a registry may ask for; when it wants more, the caller hears about it at once. */
const longestWait = 60_000;

/** Counts attempts and waits between them. Progress starts the count anew. */
export interface Patience {
  /** Waits before another attempt; false when there should be none. */
  again(retryAfter?: number): Promise<boolean>;
  /** Something came through: the next failure is a first one. */
  progressed(): void;
}

export function createPatience(
  { attempts = 5, delay = 200 }: RetryOptions = {},
  signal?: AbortSignal,
): Patience {
  let failed = 0;
  return {
    progressed: () => {
      failed = 0;
    },
    again: async (retryAfter) => {
      failed++;
      if (failed >= attempts || (retryAfter ?? 0) > longestWait || signal?.aborted) return false;
      const backoff = Math.min(10_000, delay * 2 ** (failed - 1));
      // spread, so that builders that failed together do not come back together
      await pause(Math.max(retryAfter ?? 0, backoff * (0.75 + Math.random() / 2)), signal);
      return true;
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { setTimeout } = await import('node:timers/promises');
  await setTimeout(milliseconds, undefined, signal ? { signal } : {});
}

/** Milliseconds of a Retry-After header: seconds or a date. */
export function retryAfterOf(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
