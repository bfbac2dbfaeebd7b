import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Clock, systemClock } from '../../core/clock.ts';
import { createUid } from '../../core/id.ts';
import { enterFlight } from '../../pipelines/cache/flight.ts';
import { Ledger, readLedger } from '../../tracking/ledger.ts';
import { folderClaims } from '../../tracking/local/claims.ts';
import { currentProcess, isAlive } from '../../tracking/process-identity.ts';
import { projectDirectory } from '../../tracking/store-layout.ts';
import { foldTimes, type ScheduledTime, type ScheduleFact, type TimedFact } from './schedule-fact.ts';

/** Milliseconds after which a claim of another machine that nothing came of is free: a shared disk does not tell whether it lives. */
const staleClaimMs = 600_000;
/** Days that are kept. */
const keptDays = 90;

/** Whether a schedule is paused, and since when its times count. */
export interface ScheduleStatus {
  readonly paused: boolean;
  readonly reason?: string;
  readonly pausedAt?: number;
  /** Since when it has its times, and was not paused; undefined before it was first looked after. */
  readonly since: number | undefined;
}

/** The right to start a time's run. */
export interface Claim {
  readonly at: number;
  readonly uid: string;
  /** Whether another process had claimed it, which may have started the run. */
  readonly takenOver: boolean;
}

/**
 * The durable record of one schedule, shared by any number of processes: whether it is paused, and what became of each time. Facts are
 * lines that are only ever appended, and their order decides who starts a run; the facts of a day have a file of their own.
 */
export class ScheduleLog {
  readonly #folder: string;
  readonly #clock: Clock;
  /** Bytes that the files of days had when each of their claims had come to something: those need not be read again. */
  readonly #settled = new Map<string, number>();

  constructor(place: { storeDirectory: string; project: string; schedule: string; clock?: Clock }) {
    this.#folder = path.join(
      projectDirectory(place.storeDirectory, place.project),
      'schedules',
      place.schedule,
    );
    this.#clock = place.clock ?? systemClock;
  }

  /** Notes the times that the schedule has, if that is new, or if it had none for a while. */
  define(cron: string, timezone: string): void {
    const last = this.#definition();
    if (last?.kind === 'defined' && last.cron === cron && last.timezone === timezone) return;
    this.#append('state', { kind: 'defined', cron, timezone });
  }

  /** Notes that the schedule has no times until it is defined again. */
  disable(): void {
    if (this.#definition()?.kind === 'defined') this.#append('state', { kind: 'disabled' });
  }

  pause(reason?: string): void {
    this.#append('state', {
      kind: 'paused',
      ...(reason === undefined ? {} : { reason: reason.slice(0, 500) }),
    });
  }

  resume(): void {
    this.#append('state', { kind: 'resumed' });
  }

  status(): ScheduleStatus {
    const facts = this.#stateFacts();
    const switched = facts.findLast(({ kind }) => kind === 'paused' || kind === 'resumed');
    const since = facts.findLast(({ kind }) => kind === 'defined' || kind === 'resumed')?.time;
    if (switched?.kind !== 'paused') return { paused: false, since };
    const { reason, time } = switched;
    return { paused: true, since, pausedAt: time, ...(reason === undefined ? {} : { reason }) };
  }

  /** What became of the times of the newest days that have any, oldest first. */
  times(days = 2): readonly ScheduledTime[] {
    return this.#days()
      .slice(-days)
      .flatMap((day) => [...this.#readDay(day).values()]);
  }

  /**
   * The times that a scheduler has claimed and that nothing came of yet, oldest first, however long ago they were: what makes up for many
   * claims them together.
   */
  claimed(): readonly ScheduledTime[] {
    return this.#days().flatMap((day) => {
      const size = statSync(this.#file(day), { throwIfNoEntry: false })?.size;
      if (size === undefined || size === this.#settled.get(day)) return [];
      const open = [...this.#readDay(day).values()].filter(
        (time) => time.state === 'claimed' && !time.manual,
      );
      if (open.length === 0) this.#settled.set(day, size);
      return open;
    });
  }

  /** The newest time up to an instant that something is known of. */
  newest(until: number): number | undefined {
    const days = this.#days().filter((day) => Date.parse(day) <= until);
    for (const day of days.reverse()) {
      const found = [...this.#readDay(day).values()].findLast(({ at, manual }) => at <= until && !manual);
      if (found !== undefined) return found.at;
    }
    return undefined;
  }

  /** Waits until no other process decides about the schedule, and keeps them waiting until it is released. */
  async lock(signal: AbortSignal): Promise<() => Promise<void>> {
    const store = folderClaims(path.join(this.#folder, '.locks'));
    const { release } = await enterFlight({ store, name: 'decide' }, signal);
    return release;
  }

  /**
   * Claims a time for this process; to be called under the lock. Undefined if another process that lives has claimed it, or if it is
   * known what became of it. A claim of a process that died, and that nothing came of, is taken over with its uid.
   */
  claim(at: number, options: { readonly manual?: boolean } = {}): Claim | undefined {
    const before = this.time(at);
    if (before !== undefined && (before.state !== 'claimed' || this.isHeld(before))) return undefined;
    const uid = before?.uid ?? createUid();
    const owner = currentProcess();
    this.#append(dayOf(at), { kind: 'claimed', at, uid, owner, ...(options.manual ? { manual: true } : {}) });
    return { at, uid, takenOver: before !== undefined };
  }

  started(at: number, uid: string): void {
    this.#append(dayOf(at), { kind: 'started', at, uid });
  }

  failed(at: number, uid: string, error: { readonly code: string; readonly message: string }): void {
    const { code, message } = error;
    this.#append(dayOf(at), { kind: 'failed', at, uid, error: { code, message: message.slice(0, 1000) } });
  }

  leaveOut(at: number, reason: string, from?: number): void {
    this.#append(dayOf(at), { kind: 'left-out', at, reason, ...(from === undefined ? {} : { from }) });
  }

  /** What became of one time; undefined if nothing is known of it. */
  time(at: number): ScheduledTime | undefined {
    return this.#readDay(dayOf(at)).get(at);
  }

  /** Whether a process that lives is about to start the time's run. */
  isHeld({ state, claim }: ScheduledTime): boolean {
    if (state !== 'claimed' || claim === undefined) return false;
    return isAlive(claim.owner) ?? this.#clock.now() - claim.time < staleClaimMs;
  }

  /** Removes what is known of days long ago. */
  tidy(): void {
    const oldest = dayOf(this.#clock.now() - keptDays * 86_400_000);
    // the newest day stays: it says which times have been
    for (const day of this.#days().slice(0, -1)) if (day < oldest) rmSync(this.#file(day), { force: true });
  }

  #days(): readonly string[] {
    return listFolder(this.#folder)
      .map((name) => /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name)?.[1])
      .filter((day) => day !== undefined)
      .sort();
  }

  #readDay(day: string): ReadonlyMap<number, ScheduledTime> {
    const { entries } = readLedger<TimedFact>(this.#file(day));
    return foldTimes(entries.map(({ fact }) => fact));
  }

  #stateFacts(): readonly (ScheduleFact & { readonly time: number })[] {
    return readLedger<ScheduleFact>(this.#file('state')).entries.map(({ fact }) => fact);
  }

  #definition(): Extract<ScheduleFact, { readonly kind: 'defined' | 'disabled' }> | undefined {
    return this.#stateFacts().findLast((fact) => fact.kind === 'defined' || fact.kind === 'disabled');
  }

  #append(name: string, fact: ScheduleFact): void {
    const ledger = new Ledger<ScheduleFact>(this.#file(name), this.#clock);
    try {
      ledger.append(fact);
    } finally {
      ledger.close();
    }
  }

  #file(name: string): string {
    return path.join(this.#folder, `${name}.jsonl`);
  }
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
