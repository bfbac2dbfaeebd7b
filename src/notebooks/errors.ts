import { defineError, type ErrorFactory } from '../core/error.ts';

export const notebookInvalid: ErrorFactory = defineError(
  'NOTEBOOK_INVALID',
  'usage',
  'A notebook file cannot be read as nbformat 4 JSON, or its start-code and end-code markers do not match.',
);
export const notebookNotLocated: ErrorFactory = defineError(
  'NOTEBOOK_NOT_LOCATED',
  'usage',
  'The notebook that the kernel is running cannot be told.',
);
export const notebookNotSaved: ErrorFactory = defineError(
  'NOTEBOOK_NOT_SAVED',
  'usage',
  'The kernel ran a cell that the notebook file does not have, so what would be packaged is not what was run.',
);
export const sourceInvalid: ErrorFactory = defineError(
  'SOURCE_INVALID',
  'usage',
  'Source code that is needed does not parse, or a file it imports does not exist.',
);
export const handlerNotFound: ErrorFactory = defineError(
  'HANDLER_NOT_FOUND',
  'usage',
  'No function of that name is defined in the notebook or file.',
);
export const cellStateShared: ErrorFactory = defineError(
  'CELL_STATE_SHARED',
  'usage',
  'A variable that a handler uses is changed in another notebook cell with what the handler or a run gave, so the packaged function could not start as the kernel does.',
);
export const cellStartsRun: ErrorFactory = defineError(
  'CELL_STARTS_RUN',
  'usage',
  'The handler needs a top-level value that packages or runs functions itself; loading it would never end.',
);
export const kernelNotFound: ErrorFactory = defineError(
  'KERNEL_NOT_FOUND',
  'not-found',
  'No kernel of that name is registered with Jupyter in that place.',
);
export const kernelNameTaken: ErrorFactory = defineError(
  'KERNEL_NAME_TAKEN',
  'conflict',
  'The name of a Jupyter kernel belongs to a kernel that is neither tslab nor Deno; it is left as it is.',
);
export const kernelPlaceUnknown: ErrorFactory = defineError(
  'KERNEL_PLACE_UNKNOWN',
  'usage',
  'There is no Python environment to register a Jupyter kernel in.',
);
export const notebookLanguageUnsupported: ErrorFactory = defineError(
  'NOTEBOOK_LANGUAGE_UNSUPPORTED',
  'usage',
  'A notebook is written for another kernel than TypeScript or JavaScript, so it can be neither packaged nor executed here.',
);
