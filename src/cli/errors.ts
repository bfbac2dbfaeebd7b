import { defineError, type ErrorFactory } from '../core/error.ts';

export const usageError: ErrorFactory = defineError(
  'CLI_USAGE',
  'usage',
  'A command, an option or its value on the command line cannot be understood.',
);
export const invalidSetting: ErrorFactory = defineError(
  'INVALID_SETTING',
  'usage',
  'A setting in the environment, project.yaml or config.yaml has a value it cannot have.',
);
export const invalidParamFile: ErrorFactory = defineError(
  'INVALID_PARAM_FILE',
  'usage',
  'A file of trials is not a table, a list of objects or an object of lists.',
);
export const settingNotFound: ErrorFactory = defineError(
  'SETTING_NOT_FOUND',
  'not-found',
  'No setting of that name exists.',
);
export const stopTimedOut: ErrorFactory = defineError(
  'STOP_TIMEOUT',
  'timeout',
  'A run did not end in time after it was asked to stop.',
);
export const pipelineBroken: ErrorFactory = defineError(
  'PIPELINE_BROKEN',
  'usage',
  'The code of a pipeline threw an exception while it was loaded or planned; nothing was started.',
);
export const interrupted: ErrorFactory = defineError(
  'INTERRUPTED',
  'cancelled',
  'A question of the command line was answered with Ctrl-C.',
);
