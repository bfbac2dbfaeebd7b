import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { openWorkspace } from '../../../src/projects/open-workspace.ts';
import { fireSchedule } from '../../../src/projects/schedules/fire-schedule.ts';
import type { Fire } from '../../../src/projects/schedules/schedule-driver.ts';
import { runScheduler } from '../../../src/projects/schedules/scheduler.ts';
import type { SchedulerEvent } from '../../../src/projects/schedules/scheduler-event.ts';
import type { Workspace } from '../../../src/projects/workspace.ts';
import type { RunRecord } from '../../../src/tracking/run.ts';
import { folderWith } from '../support.ts';

/** A clock that stands still until it is set; who waits on it goes on when it has come so far. */
export class SetClock implements Clock {
  #now: number;
  readonly #waiting = new Set<{ readonly until: number; readonly go: () => void }>();
  #onSleep: () => void = () => undefined;

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return performance.now();
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const waiter = { until: this.#now + milliseconds, go: resolve };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#onSleep();
    });
  }

  /** Sets the time, back too, wakes everybody, and resolves once `sleepers` wait again. */
  async set(time: string, sleepers = 1): Promise<void> {
    this.#now = Date.parse(time);
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const { go } of woken) go();
    await this.asleep(sleepers);
  }

  async asleep(sleepers = 1): Promise<void> {
    while (this.#waiting.size < sleepers)
      await new Promise<void>((resolve) => {
        this.#onSleep = resolve;
      });
  }
}

export const source = `
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export async function work(ctx, { until = '' }: { until?: string }) {
  while (until !== '' && !existsSync(until)) await setTimeout(20, undefined, { signal: ctx.signal });
  return { done: true };
}
`;

/** A project with one schedule, \`every\`, of a function. */
export function scheduledProject(options: string): string {
  return folderWith({
    'work.ts': source,
    'project.yaml': `name: demo\nfunctions: [{ name: work, source: work.ts }]\nschedules:\n  - { name: every, function: work, ${options} }\n`,
  });
}

/** The same of a pipeline, for those who start no run. */
export function scheduledPipeline(options: string): string {
  return folderWith({
    'project.yaml': `name: demo\npipelines: [{ name: main, file: main.ts }]\nschedules:\n  - { name: every, pipeline: main, ${options} }\n`,
  });
}

export interface RunningScheduler {
  readonly events: readonly SchedulerEvent[];
  /** Resolves once an event fits. */
  sees(fits: (event: SchedulerEvent) => boolean): Promise<SchedulerEvent>;
  stop(): Promise<void>;
}

/** Looks after the schedules of a folder by a clock that is set; each run is started in this process. */
export function startScheduler(directory: string, clock: SetClock, fire?: Fire): RunningScheduler {
  const end = new AbortController();
  const events: SchedulerEvent[] = [];
  const waiting = new Set<() => void>();
  const inProcess: Fire = async ({ schedule, at, uid }, signal) => {
    const workspace = await openWorkspace({ directory, env: {} });
    const run = await fireSchedule(workspace, schedule, { at, uid, signal });
    return { ended: (run?.wait() ?? Promise.resolve()).finally(() => workspace.close()) };
  };
  const ended = runScheduler({
    directory,
    env: {},
    clock,
    wait: (milliseconds, signal) => clock.wait(milliseconds, signal),
    fire: fire ?? inProcess,
    signal: end.signal,
    onEvent: (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
  });
  const stop = async (): Promise<void> => {
    end.abort('the test is over');
    await ended;
  };
  onTestFinished(stop);
  const sees = (fits: (event: SchedulerEvent) => boolean): Promise<SchedulerEvent> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = events.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { events, stop, sees };
}

/** Runs of the project by the time that they were scheduled for. */
export async function scheduledRuns(directory: string): Promise<readonly (readonly [string, RunRecord])[]> {
  return withProject(directory, async ({ store }) => {
    const { runs } = await store.searchRuns({ orderBy: 'createdAt', limit: 200 });
    return runs.map((run) => [(run.labels['scheduled-at'] ?? '').slice(0, 16), run] as const);
  });
}

export async function withProject<T>(
  directory: string,
  use: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace({ directory, env: {} });
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}
