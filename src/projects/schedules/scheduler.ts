import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, systemClock } from '../../core/clock.ts';
import { errorRecord, isSlipwayError } from '../../core/error.ts';
import { openWorkspace } from '../open-workspace.ts';
import type { Workspace } from '../workspace.ts';
import { loadCron, type ReadCron } from './cron-times.ts';
import { createSchedule, findScheduleEntry, type Schedule } from './schedule.ts';
import { type Fire, ScheduleDriver } from './schedule-driver.ts';
import { ScheduleLog } from './schedule-log.ts';
import type { SchedulerEvent } from './scheduler-event.ts';

export interface SchedulerOptions {
  /** Folder of the project. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another project's name than project.yaml's. */
  readonly project?: string;
  /** Only these schedules. @default all of the project */
  readonly names?: readonly string[];
  readonly fire: Fire;
  /** Ends it; runs under way are waited for. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: SchedulerEvent) => void;
  readonly clock?: Clock;
  /** Resolves after so many milliseconds of the clock, or when the signal fires. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Longest that a scheduler sleeps: so soon it sees that the clock was set, a schedule resumed, or project.yaml changed. */
const longestSleepMs = 15_000;

const waitFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

/**
 * Looks after the schedules of a project until the signal fires: starts the run of every time that comes. Any number of processes may do
 * so for one project; each time's run is started once. Throws what is wrong with project.yaml at the start; what goes wrong later is told.
 */
export async function runScheduler(options: SchedulerOptions): Promise<void> {
  const scheduler = new Scheduler(options, await loadCron());
  await scheduler.run();
}

class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #readCron: ReadCron;
  readonly #clock: Clock;
  readonly #drivers = new Map<string, ScheduleDriver>();
  #workspace: Workspace | undefined;
  /** Runs may still look into those from before project.yaml changed. */
  readonly #opened: Workspace[] = [];
  #schedules: readonly Schedule[] = [];
  #changedAt = Number.NaN;

  constructor(options: SchedulerOptions, readCron: ReadCron) {
    this.#options = options;
    this.#readCron = readCron;
    this.#clock = options.clock ?? systemClock;
  }

  async run(): Promise<void> {
    const { signal, wait = waitFor } = this.#options;
    await this.#load();
    try {
      while (!signal.aborted) {
        await this.#reload();
        await Promise.all(this.#schedules.map((schedule) => this.#look(schedule)));
        if (!signal.aborted) await wait(this.#sleep(), signal);
      }
      await Promise.all([...this.#drivers.values()].map((driver) => driver.idle()));
    } finally {
      for (const workspace of this.#opened) await workspace.close();
    }
  }

  /** Until the next time that comes, and a moment more: timers may fire early. */
  #sleep(): number {
    const now = this.#clock.now();
    const next = this.#schedules.map(({ times }) => times.next(now) ?? Number.POSITIVE_INFINITY);
    return Math.min(longestSleepMs, Math.max(1, Math.min(...next, Number.POSITIVE_INFINITY) - now));
  }

  async #look(schedule: Schedule): Promise<void> {
    if (this.#workspace === undefined) return;
    try {
      await this.#driver(schedule.name).look(schedule, this.#workspace.store);
    } catch (error) {
      if (this.#options.signal.aborted) return;
      // a full disk or a server that is away: the next look may succeed
      this.#tell({ type: 'invalid', error: errorRecord(error) });
    }
  }

  #driver(name: string): ScheduleDriver {
    const known = this.#drivers.get(name);
    if (known !== undefined) return known;
    const { fire, signal } = this.#options;
    const log = this.#log(name);
    log.tidy();
    const driver = new ScheduleDriver({
      log,
      clock: this.#clock,
      fire,
      signal,
      onEvent: (event) => this.#tell(event),
    });
    this.#drivers.set(name, driver);
    return driver;
  }

  #log(schedule: string): ScheduleLog {
    const { storeDirectory = '', name: project = '' } = this.#workspace?.project ?? {};
    return new ScheduleLog({ storeDirectory, project, schedule, clock: this.#clock });
  }

  /** What has changed in project.yaml counts from now on; what is wrong in it is told once. */
  async #reload(): Promise<void> {
    const file = this.#workspace?.project.file;
    const changedAt = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (changedAt === this.#changedAt) return;
    this.#changedAt = changedAt;
    try {
      await this.#load();
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      this.#tell({ type: 'invalid', error: errorRecord(error) });
    }
  }

  async #load(): Promise<void> {
    const { directory, env, project, names } = this.#options;
    const workspace = await openWorkspace({ directory, env, ...(project === undefined ? {} : { project }) });
    this.#opened.push(workspace);
    const entries = names?.map((name) => findScheduleEntry(workspace.project, name));
    const { file, spec } = workspace.project;
    this.#changedAt = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    this.#workspace = workspace;
    const schedules = (entries ?? spec.schedules ?? []).map((entry) => createSchedule(entry, this.#readCron));
    const isOurs = ({ enabled, engine }: Schedule): boolean => enabled && engine === 'local';
    this.#schedules = schedules.filter(isOurs);
    // as in a pause: what passes meanwhile is not missed
    for (const { name } of schedules.filter((one) => !isOurs(one))) this.#log(name).disable();
    this.#tell({ type: 'loaded', schedules: this.#schedules.map(({ name }) => name) });
  }

  #tell(event: SchedulerEvent): void {
    this.#options.onEvent?.(event);
  }
}
