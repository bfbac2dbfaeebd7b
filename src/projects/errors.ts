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
export const scheduleNotFound: ErrorFactory = defineError(
  'SCHEDULE_NOT_FOUND',
  'not-found',
  'The project has no schedule of this name.',
);
export const scheduleOverlap: ErrorFactory = defineError(
  'SCHEDULE_OVERLAP',
  'failed',
  'The run of a schedule that was to be replaced did not end in time.',
);
export const scheduleNotStarted: ErrorFactory = defineError(
  'SCHEDULE_NOT_STARTED',
  'failed',
  'The run of a scheduled time could not be started.',
);
export const scheduleNotPortable: ErrorFactory = defineError(
  'SCHEDULE_NOT_PORTABLE',
  'usage',
  'A schedule that a cluster is to keep asks for what clusters cannot do.',
);
export const scheduleInCluster: ErrorFactory = defineError(
  'SCHEDULE_IN_CLUSTER',
  'usage',
  'A schedule that a cluster keeps cannot be driven by this machine.',
);
export const scheduleNotDeployed: ErrorFactory = defineError(
  'SCHEDULE_NOT_DEPLOYED',
  'usage',
  'A schedule that this machine keeps cannot be given to a cluster.',
);
