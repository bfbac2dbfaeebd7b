import { defineError, type ErrorFactory } from '../core/error.ts';

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
export const notAPipeline: ErrorFactory = defineError(
  'NOT_A_PIPELINE',
  'usage',
  'A run is named that is no run of a pipeline, where one is needed.',
);
