import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import type { CapturedEnvironment } from '../capture-once.ts';

/** What a pod is told of where its run comes from. */
export interface Submission {
  /** Who follows the run and says how it ended, if it cannot itself. */
  readonly submitter: ProcessIdentity;
  /** Working directory, git state and packages as they were where the run was submitted. */
  readonly captured?: CapturedEnvironment;
  /** Seconds that the tracking server may take to answer at the beginning. @default 60 */
  readonly connectSeconds?: number;
  /** Seconds between being told to end and being killed. */
  readonly graceSeconds: number;
  /** Seconds that a run which has ended is kept for a tracking server that does not answer. @default 600 */
  readonly holdSeconds?: number;
  /** The tracking server is one of the submitter's own, and ends with it; others may open it again. @default false */
  readonly heardThroughSubmitter?: boolean;
}
