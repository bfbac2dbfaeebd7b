import type { SlipwayError } from '../../core/error.ts';
import { runTimeout } from '../../runtime/errors.ts';

/** What ends a pipeline whose time is over, on every engine. */
export function pipelineTimeout(timeoutMs: number): SlipwayError {
  return runTimeout(`the pipeline took longer than ${timeoutMs} ms`, {
    hint: 'give it more time, or find the slow step in the report',
  });
}
