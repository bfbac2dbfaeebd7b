import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from './api-error.ts';
import { createBackoff } from './backoff.ts';

/**
 * Calls again, for so long, what fails for reasons that may pass: an API server that restarts or is asked too much.
 * @throws the last error, or the first that does not pass
 */
export async function retryPassing<Answer>(
  call: () => Promise<Answer>,
  withinMs: number = 60_000,
): Promise<Answer> {
  const backoff = createBackoff();
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) || performance.now() > until) throw error;
    }
    await delay(backoff.next());
  }
}
