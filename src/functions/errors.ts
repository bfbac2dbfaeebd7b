import { defineError, type ErrorFactory } from '../core/error.ts';

export const packageNotFound: ErrorFactory = defineError(
  'PACKAGE_NOT_FOUND',
  'usage',
  'Code imports a package that is not installed.',
);
export const handlerInvalid: ErrorFactory = defineError(
  'HANDLER_INVALID',
  'usage',
  'A function cannot be a handler: its signature is not (ctx, { … }).',
);
export const invalidParams: ErrorFactory = defineError(
  'INVALID_PARAMS',
  'usage',
  'Params or inputs of a run do not fit the handler; all problems are listed together.',
);
export const functionYamlInvalid: ErrorFactory = defineError(
  'FUNCTION_YAML_INVALID',
  'usage',
  'A function.yaml file cannot be read.',
);
export const bundleDigestMismatch: ErrorFactory = defineError(
  'BUNDLE_DIGEST_MISMATCH',
  'usage',
  'The code of a function is not what its digest says: it was changed or damaged.',
);
export const bundleNotFound: ErrorFactory = defineError(
  'BUNDLE_NOT_FOUND',
  'not-found',
  'A bundle folder does not exist or is incomplete.',
);
export const userCodeFailed: ErrorFactory = defineError(
  'USER_CODE_FAILED',
  'user-code',
  'User code threw an error or rejected.',
);
export const sourceNotFound: ErrorFactory = defineError(
  'SOURCE_NOT_FOUND',
  'usage',
  'The file or notebook that defines a function cannot be told from the function alone.',
);
