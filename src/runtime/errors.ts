import { defineError, type ErrorFactory } from '../core/error.ts';

export const contextClosed: ErrorFactory = defineError(
  'CONTEXT_CLOSED',
  'user-code',
  'Something was logged through the context of a run that has ended.',
);
export const secretNotFound: ErrorFactory = defineError(
  'SECRET_NOT_FOUND',
  'user-code',
  'A handler asks for a secret that its run was not given.',
);
export const inputNotFound: ErrorFactory = defineError(
  'INPUT_NOT_FOUND',
  'user-code',
  'A run was not given the input that is asked for.',
);
export const invalidInput: ErrorFactory = defineError(
  'INVALID_INPUT',
  'usage',
  'An input is not of the kind that the handler declares.',
);
export const invalidValue: ErrorFactory = defineError(
  'INVALID_VALUE',
  'user-code',
  'A result, metric, param or label cannot be stored under this key or with this value.',
);
export const handlerNotFound: ErrorFactory = defineError(
  'HANDLER_NOT_FOUND',
  'not-found',
  'A bundle does not export the handler that is to run.',
);
export const bundleMissing: ErrorFactory = defineError(
  'BUNDLE_MISSING',
  'usage',
  'A run has neither a bundle nor a live function that its runtime could execute.',
);
export const runAborted: ErrorFactory = defineError(
  'RUN_ABORTED',
  'cancelled',
  'A run was asked to stop, and did.',
);
export const runTimeout: ErrorFactory = defineError(
  'RUN_TIMEOUT',
  'timeout',
  'A run took longer than its timeout allows.',
);
export const runExited: ErrorFactory = defineError(
  'RUN_EXITED',
  'user-code',
  'The process of a run ended before its handler returned, e.g. by process.exit.',
);
export const runStalled: ErrorFactory = defineError(
  'RUN_STALLED',
  'user-code',
  'A handler waits for a promise that nothing can ever settle.',
);
export const runKilled: ErrorFactory = defineError(
  'RUN_KILLED',
  'failed',
  'A signal killed the process of a run.',
);
export const runOutOfMemory: ErrorFactory = defineError(
  'RUN_OUT_OF_MEMORY',
  'failed',
  'A run needed more memory than it may have.',
);
export const runNotStarted: ErrorFactory = defineError(
  'RUN_NOT_STARTED',
  'unavailable',
  'The process of a run could not be started.',
);
export const runtimeClosed: ErrorFactory = defineError(
  'RUNTIME_CLOSED',
  'conflict',
  'A job was submitted to a runtime that has been closed.',
);
