import { serveNotebookKernel } from '../../projects/notebook-run/kernel-process.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';

/** `slipway notebook kernel`: what `notebook run` and its like start; of no use to people. */
export const notebookKernel: Execute = () => {
  if (process.send) return serveNotebookKernel();
  throw usageError('slipway notebook kernel is started by other commands only', {
    hint: 'use slipway notebook run',
  });
};
