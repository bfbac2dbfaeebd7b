import type { ProcessIdentity } from '../../tracking/journal-event.ts';

/** What is known about a schedule beyond project.yaml; one line of a file each. `at` is the scheduled time, milliseconds since 1970. */
export type ScheduleFact =
  /** From here on the schedule has these times; what they were before is not made up for. */
  | { readonly kind: 'defined'; readonly cron: string; readonly timezone: string }
  /** Nobody starts its times any more: project.yaml turned it off, or gave it to a cluster. */
  | { readonly kind: 'disabled' }
  | { readonly kind: 'paused'; readonly reason?: string }
  | { readonly kind: 'resumed' }
  /** A process is about to start the time's run, under this uid. It is claimed again only when that process has died. */
  | {
      readonly kind: 'claimed';
      readonly at: number;
      readonly uid: string;
      readonly owner: ProcessIdentity;
      readonly manual?: boolean;
    }
  | { readonly kind: 'started'; readonly at: number; readonly uid: string }
  | {
      readonly kind: 'failed';
      readonly at: number;
      readonly uid: string;
      readonly error: { readonly code: string; readonly message: string };
    }
  /** No run belongs to the time, or to those from `from` on. */
  | { readonly kind: 'left-out'; readonly at: number; readonly from?: number; readonly reason: string };

export type TimedFact = Extract<ScheduleFact, { readonly at: number }>;

/** What became of one scheduled time. */
export interface ScheduledTime {
  readonly at: number;
  readonly state: 'claimed' | 'started' | 'failed' | 'left-out';
  /** uid that the run has, or is to have. */
  readonly uid?: string;
  readonly manual: boolean;
  /** Who claimed it last, and when. */
  readonly claim?: { readonly owner: ProcessIdentity; readonly time: number };
  readonly reason?: string;
  /** First of the times that were left out together. */
  readonly from?: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Times by what their facts say, in the order of the times. The first claim's uid is the run's, whoever starts it. */
export function foldTimes(
  facts: Iterable<TimedFact & { readonly time: number }>,
): ReadonlyMap<number, ScheduledTime> {
  const times = new Map<number, ScheduledTime>();
  for (const fact of facts) times.set(fact.at, nextTime(times.get(fact.at), fact));
  return new Map([...times].sort(([a], [b]) => a - b));
}

function nextTime(
  before: ScheduledTime | undefined,
  fact: TimedFact & { readonly time: number },
): ScheduledTime {
  const { at } = fact;
  const known = before ?? { at, state: 'claimed', manual: false };
  switch (fact.kind) {
    case 'claimed':
      return {
        ...known,
        uid: known.uid ?? fact.uid,
        manual: before === undefined ? fact.manual === true : known.manual,
        claim: { owner: fact.owner, time: fact.time },
      };
    case 'started':
      return { ...known, state: 'started', uid: fact.uid };
    case 'failed':
      // a run that was started by another process all the same
      return known.state === 'started'
        ? known
        : { ...known, state: 'failed', uid: fact.uid, error: fact.error };
    case 'left-out':
      return known.state === 'started'
        ? known
        : {
            ...known,
            state: 'left-out',
            reason: fact.reason,
            ...(fact.from === undefined ? {} : { from: fact.from }),
          };
  }
}
