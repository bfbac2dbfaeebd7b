import type { Clock } from '../../core/clock.ts';
import { type ErrorRecord, errorRecord } from '../../core/error.ts';
import { runNotFound } from '../../tracking/errors.ts';
import type { RunStore } from '../../tracking/store.ts';
import { replaceRuns, unfinishedRuns, waitForEnd } from './overlap.ts';
import { type DueTime, planDue } from './plan-due.ts';
import type { Schedule } from './schedule.ts';
import type { ScheduledTime } from './schedule-fact.ts';
import type { Claim, ScheduleLog } from './schedule-log.ts';
import type { SchedulerEvent } from './scheduler-event.ts';

/** A time whose run is to be started under the uid, by `fireSchedule`, which also records it. */
export interface Firing {
  readonly schedule: string;
  readonly at: number;
  readonly uid: string;
}

/** Starts the run of a time; resolves once it has started, rejects if it cannot be. */
export type Fire = (firing: Firing, signal: AbortSignal) => Promise<{ readonly ended: Promise<unknown> }>;

export interface DriverOptions {
  readonly log: ScheduleLog;
  readonly clock: Clock;
  readonly fire: Fire;
  readonly signal: AbortSignal;
  readonly onEvent: (event: SchedulerEvent) => void;
}

/** Looks after one schedule: decides about the times that have come, and starts their runs one after another. */
export class ScheduleDriver {
  readonly #options: DriverOptions;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** Decides about the times that have come. Only one process does so at a time. */
  async look(schedule: Schedule, store: RunStore): Promise<void> {
    const { log, clock, signal } = this.#options;
    const release = await log.lock(signal);
    try {
      log.define(schedule.entry.cron, schedule.timezone);
      const { paused, since } = log.status();
      if (paused) return;
      const now = clock.now();
      // claimed by a process that died before anything came of it
      for (const time of log.claimed()) if (!log.isHeld(time)) this.#takeOver(schedule, store, time, now);
      // a clock that was set back must not hold the times up that come before the last one
      const from = Math.min(now, Math.max(since ?? now, log.newest(now) ?? 0));
      const due = planDue(schedule, from, now);
      if (due.leftOut !== undefined) this.#leaveOut(schedule, due.leftOut);
      for (const time of due.start) await this.#claim(schedule, store, time);
    } finally {
      await release();
    }
  }

  /** Resolves once every run that was started has ended. */
  async idle(): Promise<void> {
    await this.#queue;
    await Promise.allSettled(this.#running);
  }

  #takeOver(schedule: Schedule, store: RunStore, { at, uid = '' }: ScheduledTime, now: number): void {
    const { log } = this.#options;
    const claim = log.claim(at);
    if (claim === undefined) return;
    this.#enqueue(schedule, { at, uid }, async () => {
      if (await exists(store, uid)) return log.started(at, uid);
      const isOld = now - at > schedule.graceMs;
      if (isOld && (schedule.catchUp === 'none' || now - at > schedule.deadlineMs))
        return this.#leaveOut(schedule, { at, reason: 'the process that was to start it died' });
      await this.#start(schedule, store, claim, true);
    });
  }

  async #claim(schedule: Schedule, store: RunStore, { at, late }: DueTime): Promise<void> {
    const claim = this.#options.log.claim(at);
    if (claim === undefined) return;
    if (schedule.overlap === 'forbid' && !late) {
      const busy = await this.#busy(schedule, store, claim.uid);
      if (busy !== undefined) return this.#leaveOut(schedule, { at, reason: busy });
    }
    this.#enqueue(schedule, claim, () => this.#start(schedule, store, claim, late));
  }

  /** Why a run that must not overlap cannot start now. */
  async #busy({ name }: Schedule, store: RunStore, uid: string): Promise<string | undefined> {
    const { log } = this.#options;
    const [run] = await unfinishedRuns(store, name);
    if (run !== undefined) return `run ${run.uid} is still under way, and overlap is forbid`;
    const held = log.claimed().find((time) => time.uid !== uid && log.isHeld(time));
    if (held === undefined && this.#queued === 0) return undefined;
    return 'the run before is about to start, and overlap is forbid';
  }

  #enqueue(schedule: Schedule, { at, uid }: { at: number; uid: string }, start: () => Promise<void>): void {
    this.#queued += 1;
    this.#queue = this.#queue
      .then(() => (this.#options.signal.aborted ? undefined : start()))
      .catch((error: unknown) => this.#failed(schedule, { at, uid }, errorRecord(error)))
      .finally(() => {
        this.#queued -= 1;
      });
  }

  async #start(schedule: Schedule, store: RunStore, { at, uid }: Claim, late: boolean): Promise<void> {
    const { signal, fire, onEvent } = this.#options;
    if (!(await this.#makeRoom(schedule, store, { at, uid }))) return;
    const { ended } = await fire({ schedule: schedule.name, at, uid }, signal);
    onEvent({ type: 'started', schedule: schedule.name, at, uid, late });
    const end = ended
      .catch((error: unknown) => this.#failed(schedule, { at, uid }, errorRecord(error)))
      .then(() => onEvent({ type: 'ended', schedule: schedule.name, at, uid }));
    this.#running.add(end);
    void end.finally(() => this.#running.delete(end));
  }

  /** Waits for runs under way, or ends them, as the schedule says; false if this is not to go on. */
  async #makeRoom(
    schedule: Schedule,
    store: RunStore,
    { at, uid }: Omit<Firing, 'schedule'>,
  ): Promise<boolean> {
    const { signal, log } = this.#options;
    if (schedule.overlap === 'allow') return true;
    const runs = await unfinishedRuns(store, schedule.name);
    if (schedule.overlap === 'forbid') {
      for (const run of runs) if (!(await waitForEnd(store, run.uid, signal))) return false;
      return true;
    }
    try {
      const reason = `replaced by the next run of schedule "${schedule.name}"`;
      await replaceRuns(store, runs, reason, signal);
      return !signal.aborted;
    } catch (error) {
      log.failed(at, uid, errorRecord(error));
      throw error;
    }
  }

  #leaveOut({ name }: Schedule, { at, from, reason }: { at: number; from?: number; reason: string }): void {
    const { log, onEvent } = this.#options;
    const known = log.time(at);
    if (known !== undefined && known.state !== 'claimed') return;
    log.leaveOut(at, reason, from === at ? undefined : from);
    onEvent({ type: 'left-out', schedule: name, at, reason });
  }

  #failed(schedule: Schedule, { at, uid }: { at: number; uid: string }, error: ErrorRecord): void {
    const { log, signal, onEvent } = this.#options;
    // what was to start it may have died without a word: a time that stays claimed would hold up those that follow, except when it
    // was stopped with this process, whose claims are then the next one's
    if (!signal.aborted && log.time(at)?.state === 'claimed') log.failed(at, uid, error);
    onEvent({ type: 'failed', schedule: schedule.name, at, uid, error });
  }
}

async function exists(store: RunStore, uid: string): Promise<boolean> {
  try {
    await store.getRun(uid);
    return true;
  } catch (error) {
    if (runNotFound.is(error)) return false;
    throw error;
  }
}
