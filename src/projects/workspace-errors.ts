import { defineError, type ErrorFactory } from '../core/error.ts';

export const runtimeUnknown: ErrorFactory = defineError(
  'RUNTIME_UNKNOWN',
  'usage',
  'No runtime has this name.',
);
export const functionNotFound: ErrorFactory = defineError(
  'FUNCTION_NOT_FOUND',
  'not-found',
  'The project has no function of this name.',
);
export const handlerUnknown: ErrorFactory = defineError(
  'HANDLER_UNKNOWN',
  'usage',
  'A packaged function has no handler of this name.',
);
export const secretMissing: ErrorFactory = defineError(
  'SECRET_MISSING',
  'usage',
  'A secret that a run asks for has no value where it is started.',
);
export const invalidRequest: ErrorFactory = defineError(
  'INVALID_REQUEST',
  'usage',
  'What a run is asked for contradicts itself or cannot be kept.',
);
