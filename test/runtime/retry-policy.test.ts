import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/runtime/random.ts';
import { isRetried, retryDelay } from '../../src/runtime/retry-policy.ts';

const failed = (kind: 'user-code' | 'usage' | 'timeout' | 'cancelled', code = 'X') => ({
  code,
  message: '',
  kind,
});

describe('the wait before a retry', () => {
  it('doubles up to the maximum, each drawn between half and whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, drawn) => {
          const delay = retryDelay({ retries: 30, delayMs: 100, maxDelayMs: 5000 }, attempt, () => drawn);
          const whole = Math.min(100 * 2 ** (attempt - 1), 5000);
          expect(delay).toBeGreaterThanOrEqual(whole / 2);
          expect(delay).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });
});

describe('another attempt', () => {
  it('follows failures of code, process and time while attempts are left', () => {
    const job = { attempt: 1, retry: { retries: 1 } };
    expect(isRetried(job, failed('user-code'))).toBe(true);
    expect(isRetried(job, failed('timeout'))).toBe(true);
    expect(isRetried({ ...job, attempt: 2 }, failed('user-code'))).toBe(false);
    expect(isRetried(job, failed('usage'))).toBe(false);
  });

  it('never follows an abort, and only what the filter names where there is one', () => {
    const job = { attempt: 1, retry: { retries: 1, retryOn: ['A', 'RUN_ABORTED'] } };
    expect(isRetried(job, failed('cancelled', 'RUN_ABORTED'))).toBe(false);
    expect(isRetried(job, failed('usage', 'A'))).toBe(true);
    expect(isRetried(job, failed('user-code', 'B'))).toBe(false);
  });
});

describe('seeded random numbers', () => {
  it('are the same on every machine for one seed, and others for another', () => {
    const random = createRandom(1);
    expect([random(), random(), random()]).toMatchInlineSnapshot(`
      [
        0.5636717720710586,
        0.8959073941886353,
        0.2723428182814803,
      ]
    `);
    expect(createRandom(2)()).not.toBe(createRandom(1)());
    expect(createRandom(2 ** 32 + 1)()).not.toBe(createRandom(1)());
  });

  it('spread evenly over [0, 1)', () => {
    const random = createRandom(42);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const bin = Math.floor(random() * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
