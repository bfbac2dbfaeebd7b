import type { Schedule } from './schedule.ts';

/** A time whose run is to be started now. */
export interface DueTime {
  readonly at: number;
  /** It was missed, and is made up for, or comes after one that is: it waits for its turn. */
  readonly late: boolean;
}

/** What is to become of the times that have come. */
export interface DueTimes {
  /** In their order. */
  readonly start: readonly DueTime[];
  /** Times that no run will belong to: the newest of them, and the first. */
  readonly leftOut?: { readonly from: number; readonly at: number; readonly reason: string };
}

/**
 * Decides about the times after `since` up to and with `now`: the newest is met if it is not later than the schedule allows, any other
 * one was missed, and `catchUp` says which of those are made up for.
 */
export function planDue(schedule: Schedule, since: number, now: number): DueTimes {
  const { times, graceMs } = schedule;
  const newest = times.last(since, now, 1)[0];
  if (newest === undefined) return { start: [] };
  const isMet = now - newest <= graceMs;
  const missedUntil = isMet ? newest - 1 : now;
  const caughtUp = catchUp(schedule, since, { now, missedUntil, isMet });
  const start = [
    ...caughtUp.map((at) => ({ at, late: true })),
    ...(isMet ? [{ at: newest, late: caughtUp.length > 0 }] : []),
  ];
  const firstMissed = times.next(since) ?? newest;
  const leftOutUntil = (caughtUp[0] ?? missedUntil + 1) - 1;
  const at = times.last(since, leftOutUntil, 1)[0];
  if (at === undefined) return { start };
  return { start, leftOut: { from: firstMissed, at, reason: reasonOf(schedule) } };
}

function catchUp(
  { catchUp: policy, maxCatchUp, deadlineMs, times }: Schedule,
  since: number,
  {
    now,
    missedUntil,
    isMet,
  }: { readonly now: number; readonly missedUntil: number; readonly isMet: boolean },
): readonly number[] {
  const after = Math.max(since, now - deadlineMs - 1);
  switch (policy) {
    case 'none':
      return [];
    case 'last':
      return isMet ? [] : times.last(after, missedUntil, 1);
    case 'all':
      return times.last(after, missedUntil, maxCatchUp);
  }
}

function reasonOf({ catchUp: policy, maxCatchUp }: Schedule): string {
  switch (policy) {
    case 'none':
      return 'nobody looked after the schedule then, and catchUp is none';
    case 'last':
      return 'nobody looked after the schedule then, and catchUp is last';
    case 'all':
      return `nobody looked after the schedule then, and it was too long ago, or not among the last ${maxCatchUp}`;
  }
}
