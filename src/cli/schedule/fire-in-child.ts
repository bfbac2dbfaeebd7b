import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ErrorRecord, reviveError } from '../../core/error.ts';
import { scheduleNotStarted } from '../../projects/errors.ts';
import type { Fire, Firing } from '../../projects/schedules/schedule-driver.ts';

export interface FireOptions {
  /** Folder of the project. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Line = { readonly started?: string; readonly ended?: string; readonly error?: ErrorRecord };

/**
 * Starts each run in a process of its own, which goes on should this one be killed. When the signal fires, those under way are asked to
 * stop.
 */
export function fireInChild({ directory, env }: FireOptions): Fire {
  return (firing, signal) => {
    const { schedule, at, uid } = firing;
    const args = [...process.execArgv, process.argv[1] ?? '', 'schedule', 'fire', schedule, String(at), uid];
    const child = spawn(process.execPath, args, {
      cwd: directory,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('exit', () => signal.removeEventListener('abort', stop));
    return followChild(child, firing);
  };
}

function followChild(child: ChildProcess, { schedule }: Firing): ReturnType<Fire> {
  return new Promise((resolve, reject) => {
    const ended = new Promise<void>((end) => child.once('close', () => end()));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      // of no account once it has started
      const how = signal === null ? `exited with ${code}` : `was killed by ${signal}`;
      reject(
        scheduleNotStarted(`the process that was to start the run of schedule "${schedule}" ${how}`, {
          hint: 'try it: slipway schedule run',
        }),
      );
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = readLine(text);
      if (line?.started !== undefined) resolve({ ended });
      if (line?.error !== undefined) reject(reviveError(line.error));
    });
  });
}

/** What else writes to stdout, such as code of a pipeline while it loads, is no message. */
function readLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
