import type { ErrorRecord } from '../core/error.ts';
import type { EventBody } from '../tracking/journal-event.ts';
import type { AttemptReport } from './attempt.ts';

/** How a run ended: an attempt's report, or what whoever drives the attempts makes of it. */
export interface RunEnd {
  readonly state: AttemptReport['state'];
  readonly error?: ErrorRecord | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
}

/** The event that ends a run. */
export function endEvent({ state, error, exitCode, reason }: RunEnd): EventBody {
  return {
    kind: 'state',
    state,
    ...(error ? { error } : {}),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
  };
}
