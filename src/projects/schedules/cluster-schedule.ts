import { scheduleNotPortable } from '../errors.ts';
import { cronFields } from './cron-times.ts';
import type { Schedule } from './schedule.ts';
import { standardCron } from './standard-cron.ts';

/** A schedule as a cluster keeps it: what a CronWorkflow says of times. */
export interface ClusterSchedule {
  readonly name: string;
  readonly pipeline: string;
  /** Five fields of standard cron. */
  readonly cron: string;
  readonly timezone: string;
  readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
  readonly suspend: boolean;
  /** How late a time may still be started; absent where there is no limit. */
  readonly startingDeadlineSeconds?: number;
}

/**
 * What a cluster needs to know of a schedule with `engine: argo`. Clusters catch up with the last time that was missed within the
 * deadline, so `catchUp: none` is a deadline of a minute, and `catchUp: all` is refused.
 * @throws SCHEDULE_NOT_PORTABLE for what only a scheduler of our own can do
 */
export function clusterSchedule(schedule: Schedule, paused = false): ClusterSchedule {
  const { name, target, entry, timezone, overlap, catchUp, enabled, graceMs, deadlineMs } = schedule;
  const cron = standardCron(cronFields(entry.cron));
  if (cron === undefined)
    throw notPortable(
      name,
      `"${entry.cron}" uses more than standard cron`,
      'use numbers, names, * / , and - only',
    );
  if (catchUp === 'all')
    throw notPortable(name, 'catchUp: all', 'clusters make up for the last time only: write catchUp: last');
  if (target.kind === 'function') throw notPortable(name, 'a function', 'put the function into a pipeline');
  const limitMs = catchUp === 'last' ? deadlineMs : graceMs;
  return {
    name,
    pipeline: target.name,
    cron,
    timezone: spellZone(timezone),
    concurrencyPolicy: overlap === 'allow' ? 'Allow' : overlap === 'replace' ? 'Replace' : 'Forbid',
    suspend: paused || !enabled,
    ...(Number.isFinite(limitMs) ? { startingDeadlineSeconds: Math.ceil(limitMs / 1000) } : {}),
  };
}

/** Clusters look zones up by the exact name. What is another name of a zone stays, unless it cannot be meant as it is written. */
function spellZone(timezone: string): string {
  const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: timezone }).resolvedOptions();
  const isSame = timeZone.toLowerCase() === timezone.toLowerCase();
  return isSame || /^[a-z]/.test(timezone) ? timeZone : timezone;
}

function notPortable(name: string, what: string, hint: string): Error {
  return scheduleNotPortable(`schedule "${name}" cannot be kept by a cluster: ${what}`, { hint });
}
