import { defineError, type ErrorFactory } from '../core/error.ts';

export const invalidSweep: ErrorFactory = defineError(
  'INVALID_SWEEP',
  'usage',
  'A sweep cannot be planned: nothing to try, lists of different lengths, or a number out of range.',
);
export const invalidSelector: ErrorFactory = defineError(
  'INVALID_SELECTOR',
  'usage',
  'A selector is not of the form max.name, min.name or name, or names what can be no number.',
);
export const invalidStop: ErrorFactory = defineError(
  'INVALID_STOP',
  'usage',
  'A stop expression holds more than names, numbers, comparisons, and, or, not and parentheses.',
);
export const sweepFailed: ErrorFactory = defineError(
  'SWEEP_FAILED',
  'failed',
  'More trials of a sweep failed than max-errors allows, or all of them did.',
);
export const sweepWithoutBest: ErrorFactory = defineError(
  'SWEEP_WITHOUT_BEST',
  'failed',
  'No completed trial has a number under the name that the selector asks for.',
);
