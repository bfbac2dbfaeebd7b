import { constants } from 'node:os';
import { exitCodes, isSlipwayError } from '../core/error.ts';
import type { RunRecord } from '../tracking/run.ts';

/** Exit code of a command that threw. */
export function exitCodeOfError(error: unknown): number {
  return isSlipwayError(error) ? exitCodes[error.kind] : 1;
}

/**
 * Exit code of `run` and `pipeline run`: what the record says, never the handler's own exit code. What began and
 * failed is 1 whatever the kind of its error; a timeout is 124; an aborted one is as if interrupted.
 */
export function exitCodeOfRecord(record: Pick<RunRecord, 'state' | 'error'>): number {
  if (record.state === 'completed') return 0;
  if (record.state === 'aborted') return exitCodes.cancelled;
  return record.error?.code === 'RUN_TIMEOUT' || record.error?.kind === 'timeout' ? exitCodes.timeout : 1;
}

/** 128 plus the signal's number: 130 for Ctrl-C, 143 for SIGTERM. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
