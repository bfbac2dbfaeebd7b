import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until there is an answer; `describe` says what was waited for when the time is over. */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  {
    describe,
    timeoutMs = 60_000,
    everyMs = 50,
  }: { describe: () => string; timeoutMs?: number; everyMs?: number },
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`${describe()} (waited ${timeoutMs / 1000} s)`);
    await delay(everyMs);
  }
}
