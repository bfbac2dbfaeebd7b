import { defineError, type ErrorFactory } from '../../core/error.ts';

export const notebookCellFailed: ErrorFactory = defineError(
  'NOTEBOOK_CELL_FAILED',
  'user-code',
  'A cell of a notebook threw an error or was refused by the type check of its kernel; later cells were not run.',
);
export const notebookKernelEnded: ErrorFactory = defineError(
  'NOTEBOOK_KERNEL_ENDED',
  'user-code',
  'The kernel process of a notebook ended while a cell ran, e.g. by process.exit or for want of memory.',
);
export const notebookKernelFailed: ErrorFactory = defineError(
  'NOTEBOOK_KERNEL_FAILED',
  'failed',
  'The kernel for a notebook could not be started.',
);
export const notebookParamInvalid: ErrorFactory = defineError(
  'NOTEBOOK_PARAM_INVALID',
  'usage',
  'A parameter of a notebook has a name or a value that cannot be written into a cell.',
);
export const notebookTimeout: ErrorFactory = defineError(
  'NOTEBOOK_TIMEOUT',
  'timeout',
  'A notebook took longer than `slipway notebook test` was told to wait.',
);
export const notebookOutputDiffers: ErrorFactory = defineError(
  'NOTEBOOK_OUTPUT_DIFFERS',
  'failed',
  'A notebook cell tagged "expect" wrote something else than what is saved with it.',
);
