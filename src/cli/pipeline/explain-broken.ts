import { isSlipwayError, type SourceLocation } from '../../core/error.ts';
import { userErrorRecord } from '../../functions/user-error.ts';
import { pipelineBroken } from '../errors.ts';

/** Loads or plans a pipeline; what its own code throws becomes `PIPELINE_BROKEN` with the place where it happened. */
export async function explainBroken<T>(what: string, build: () => T | Promise<T>): Promise<T> {
  try {
    return await build();
  } catch (error) {
    if (isSlipwayError(error)) throw error;
    const { message, notebook, cell, file, line, column, sourceLine } = userErrorRecord(error);
    const place = Object.entries({ notebook, cell, file, line, column, sourceLine });
    throw pipelineBroken(`${what} cannot be built: ${message}`, {
      hint: 'correct the code; nothing was started',
      location: Object.fromEntries(place.filter(([, value]) => value !== undefined)) as SourceLocation,
      cause: error,
    });
  }
}
