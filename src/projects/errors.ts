import { defineError, type ErrorFactory } from '../core/error.ts';

export { secretNotFound } from '../runtime/errors.ts';

export const projectInvalid: ErrorFactory = defineError(
  'PROJECT_INVALID',
  'usage',
  'project.yaml is not valid; every problem is listed with line and column.',
);
export const projectExists: ErrorFactory = defineError(
  'PROJECT_EXISTS',
  'conflict',
  'A new project would overwrite files that are there already.',
);
export const templateUnknown: ErrorFactory = defineError(
  'TEMPLATE_UNKNOWN',
  'usage',
  'No project template has this name.',
);
export const pipelineNotFound: ErrorFactory = defineError(
  'PIPELINE_NOT_FOUND',
  'not-found',
  'No pipeline has this name, or a file does not export one.',
);
export const functionNotFound: ErrorFactory = defineError(
  'FUNCTION_NOT_FOUND',
  'not-found',
  'No function of the project has this name.',
);
export const handlerNotInFunction: ErrorFactory = defineError(
  'HANDLER_NOT_IN_FUNCTION',
  'usage',
  'A packaged function does not have the handler that was asked for.',
);
export const runtimeUnknown: ErrorFactory = defineError(
  'RUNTIME_UNKNOWN',
  'usage',
  'No runtime has this name.',
);
