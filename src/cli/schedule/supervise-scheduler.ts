import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileNotFound } from '../../core/errors.ts';
import { findProject, projectFileName } from '../../projects/find-project.ts';
import type { Session } from '../session.ts';

/** Milliseconds before a scheduler that ended by itself is started again: doubled each time that it does so soon. */
const firstDelayMs = 1000;
const longestDelayMs = 60_000;

/** Schedulers of some projects under way. */
export interface RunningSchedulers {
  /** Stops them, as the session's signal does; resolves when all have ended. */
  close(): Promise<void>;
}

/**
 * Looks after the schedules of projects, each in a process of its own (`slipway schedule start`) that is started again should it end.
 * Throws what is wrong with a project before any of them starts.
 */
export async function superviseSchedulers(
  folders: readonly string[],
  session: Session,
): Promise<RunningSchedulers> {
  const roots = folders.map((folder) => path.resolve(session.directory, folder));
  for (const [i, root] of roots.entries()) {
    if (!existsSync(path.join(root, projectFileName)))
      throw fileNotFound(`"${folders[i]}" has no ${projectFileName}`, {
        hint: '--schedules takes the folder of a project',
      });
    await findProject(root);
  }
  const stop = new AbortController();
  // asked as soon as this process is: a request that came later than Ctrl-C's own would be a second one
  const signal = AbortSignal.any([stop.signal, session.signal]);
  const ended = roots.map((root) => keepRunning(root, session, signal));
  return {
    async close() {
      stop.abort();
      await Promise.all(ended);
    },
  };
}

async function keepRunning(root: string, session: Session, signal: AbortSignal): Promise<void> {
  for (let delayMs = firstDelayMs; !signal.aborted; ) {
    const startedAt = session.clock.monotonic();
    const how = await runOnce(root, session, signal);
    if (signal.aborted) return;
    if (session.clock.monotonic() - startedAt > longestDelayMs) delayMs = firstDelayMs;
    await session.err.write(
      `the scheduler of "${root}" ${how}; it is started again in ${delayMs / 1000} s\n`,
    );
    await delay(delayMs, undefined, { signal }).catch(() => undefined);
    delayMs = Math.min(longestDelayMs, delayMs * 2);
  }
}

function runOnce(root: string, { env }: Session, signal: AbortSignal): Promise<string> {
  // each project has its own store and name, whatever those of the server are
  const { SLIPWAY_HOME: _home, SLIPWAY_PROJECT: _project, ...own } = env;
  const args = [...process.execArgv, process.argv[1] ?? '', 'schedule', 'start'];
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: root,
    env: own,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('close', (code, by) => {
      signal.removeEventListener('abort', stop);
      resolve(by === null ? `exited with ${code}` : `was killed by ${by}`);
    });
  });
}
