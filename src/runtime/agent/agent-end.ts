import { errorRecord } from '../../core/error.ts';
import { serverUnreachable } from '../../tracking/errors.ts';
import type { AttemptReport } from '../attempt.ts';
import { podNotConnected } from './errors.ts';

/** How a pod's attempt ended, and whether the tracking server has all of it. */
export interface AgentEnd {
  readonly report: AttemptReport;
  readonly shipped: boolean;
  /** Whether part of what was logged goes with the pod. @default false */
  readonly isPartLost?: boolean;
}

/** How an attempt ended that threw: errors of the request stand for themselves; of the server, they mean that nobody was told. */
export function thrownEnd(error: unknown, log: (line: string) => void): AgentEnd {
  const record = errorRecord(error);
  log(record.message);
  if (record.code === 'INTERNAL') log((error as Error).stack ?? '');
  const shipped = !podNotConnected.is(error) && !serverUnreachable.is(error);
  return { report: { state: 'error', error: record, written: false }, shipped };
}
