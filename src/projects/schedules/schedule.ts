import { parseDuration } from '../../core/duration.ts';
import { scheduleNotFound } from '../errors.ts';
import { missingNameHint } from '../missing-name.ts';
import type { Project } from '../project-spec.ts';
import type { CronTimes, ReadCron } from './cron-times.ts';
import type { ScheduleEntry } from './schedule-entry.ts';

/** A schedule with its defaults filled in. */
export interface Schedule {
  readonly name: string;
  readonly entry: ScheduleEntry;
  readonly target: { readonly kind: 'pipeline' | 'function'; readonly name: string };
  readonly timezone: string;
  readonly engine: 'local' | 'argo';
  readonly overlap: 'allow' | 'forbid' | 'replace';
  readonly catchUp: 'none' | 'last' | 'all';
  readonly maxCatchUp: number;
  readonly enabled: boolean;
  /** Milliseconds that a time may be late and still counts as met. */
  readonly graceMs: number;
  /** Milliseconds after which a time is not made up for any more. */
  readonly deadlineMs: number;
  readonly times: CronTimes;
}

const defaultGraceMs = 60_000;

/** The schedule that an entry of project.yaml stands for. */
export function createSchedule(entry: ScheduleEntry, readCron: ReadCron): Schedule {
  const { name, pipeline, function: called = '', timezone = 'UTC', startingDeadline } = entry;
  const deadlineMs = startingDeadline === undefined ? undefined : parseDuration(startingDeadline);
  return {
    name,
    entry,
    target:
      pipeline === undefined ? { kind: 'function', name: called } : { kind: 'pipeline', name: pipeline },
    timezone,
    engine: entry.engine ?? 'local',
    overlap: entry.overlap ?? 'forbid',
    catchUp: entry.catchUp ?? 'none',
    maxCatchUp: entry.maxCatchUp ?? 100,
    enabled: entry.enabled ?? true,
    graceMs: deadlineMs ?? defaultGraceMs,
    deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY,
    times: readCron(entry.cron, timezone),
  };
}

/**
 * The entry of a name.
 * @throws SCHEDULE_NOT_FOUND
 */
export function findScheduleEntry({ name: project, spec }: Project, name: string): ScheduleEntry {
  const entries = spec.schedules ?? [];
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  throw scheduleNotFound(`schedule "${name}" does not exist in project "${project}"`, {
    hint: missingNameHint(
      name,
      names,
      'add it under "schedules:" in project.yaml as { name, pipeline, cron }',
    ),
  });
}
