import { isoTime } from '../../core/clock.ts';
import { runNotFound } from '../../tracking/errors.ts';
import type { RunState } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';
import { loadCron } from './cron-times.ts';
import { openScheduleLog } from './fire-schedule.ts';
import { createSchedule, findScheduleEntry, type Schedule } from './schedule.ts';
import type { ScheduledTime } from './schedule-fact.ts';

/** A scheduled time and what became of it; times are ISO 8601. */
export interface ScheduledTimeView {
  readonly at: string;
  /** First of the times that were left out together. */
  readonly from?: string;
  /** `claimed`: a process is about to start it, or died before. */
  readonly state: ScheduledTime['state'];
  readonly manual: boolean;
  readonly uid?: string;
  /** State of the run; absent when there is none, or none any more. */
  readonly runState?: RunState;
  readonly reason?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A schedule of the project as it stands. */
export interface ScheduleView {
  readonly name: string;
  readonly pipeline?: string;
  readonly function?: string;
  readonly cron: string;
  readonly timezone: string;
  readonly engine: 'local' | 'argo';
  readonly overlap: Schedule['overlap'];
  readonly catchUp: Schedule['catchUp'];
  readonly state: 'active' | 'paused' | 'disabled';
  /** Why it is paused. */
  readonly reason?: string;
  /** Next time; null while it is paused or disabled, or where none comes. */
  readonly next: string | null;
  readonly last: ScheduledTimeView | null;
}

/** Every schedule of project.yaml, in its order. */
export async function listSchedules(workspace: Workspace, now: number): Promise<readonly ScheduleView[]> {
  const readCron = await loadCron();
  const entries = workspace.project.spec.schedules ?? [];
  return Promise.all(entries.map((entry) => viewSchedule(workspace, createSchedule(entry, readCron), now)));
}

/**
 * One schedule, and what became of its last times, newest first.
 * @throws SCHEDULE_NOT_FOUND
 */
export async function showSchedule(
  workspace: Workspace,
  name: string,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<ScheduleView & { readonly times: readonly ScheduledTimeView[] }> {
  const schedule = createSchedule(findScheduleEntry(workspace.project, name), await loadCron());
  const known = openScheduleLog(workspace, name).times(allDays).slice(-limit).reverse();
  const times = await Promise.all(known.map((time) => viewTime(workspace, time)));
  return { ...(await viewSchedule(workspace, schedule, now)), times };
}

const allDays = 1000;

/** The next times of a schedule, ISO 8601. Throws `SCHEDULE_NOT_FOUND`. */
export async function nextTimes(
  workspace: Workspace,
  name: string,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<readonly string[]> {
  const { times } = createSchedule(findScheduleEntry(workspace.project, name), await loadCron());
  const found: string[] = [];
  for (let at = times.next(now); at !== undefined && found.length < limit; at = times.next(at))
    found.push(isoTime(at));
  return found;
}

async function viewSchedule(workspace: Workspace, schedule: Schedule, now: number): Promise<ScheduleView> {
  const { name, target, timezone, engine, overlap, catchUp, enabled, times, entry } = schedule;
  const log = openScheduleLog(workspace, name);
  const { paused, reason } = log.status();
  const last = log.times().at(-1);
  const next = paused || !enabled ? undefined : times.next(now);
  return {
    name,
    [target.kind]: target.name,
    cron: entry.cron,
    timezone,
    engine,
    overlap,
    catchUp,
    state: enabled ? (paused ? 'paused' : 'active') : 'disabled',
    ...(paused && reason !== undefined ? { reason } : {}),
    next: next === undefined ? null : isoTime(next),
    last: last === undefined ? null : await viewTime(workspace, last),
  };
}

async function viewTime({ store }: Workspace, time: ScheduledTime): Promise<ScheduledTimeView> {
  const { at, from, state, manual, uid, reason, error } = time;
  const runState = uid === undefined || state === 'left-out' ? undefined : await stateOf(store, uid);
  return {
    at: isoTime(at),
    ...(from === undefined ? {} : { from: isoTime(from) }),
    state,
    manual,
    ...(uid === undefined || state === 'left-out' ? {} : { uid }),
    ...(runState === undefined ? {} : { runState }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

async function stateOf(store: Workspace['store'], uid: string): Promise<RunState | undefined> {
  try {
    return (await store.getRun(uid)).state;
  } catch (error) {
    if (runNotFound.is(error)) return undefined;
    throw error;
  }
}
