import type { RunEnvironment } from '../tracking/journal-event.ts';
import { monotonicMs } from './monotonic.ts';

/** Where a run runs, and how tracked files differ from the commit. */
export interface CapturedEnvironment {
  readonly environment: RunEnvironment;
  readonly gitDiff?: string;
}

const freshMs = 1000;
const captured = new Map<string, { at: number; result: Promise<CapturedEnvironment | undefined> }>();

/**
 * The environment of a folder, asked of git at most once a second: runs started in a row share the answer. Undefined when it
 * cannot be captured, which never fails a run.
 */
export function captureOnce(directory: string): Promise<CapturedEnvironment | undefined> {
  const known = captured.get(directory);
  if (known && monotonicMs() - known.at < freshMs) return known.result;
  const result = import('../tracking/environment.ts')
    .then(({ captureEnvironment }) => captureEnvironment(directory))
    .catch(() => undefined);
  captured.set(directory, { at: monotonicMs(), result });
  return result;
}
