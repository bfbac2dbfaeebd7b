import type { ErrorRecord } from '../core/error.ts';
import { runExited, runKilled } from './errors.ts';
import type { Job } from './job.ts';

/** The error of a run whose process ended by itself without the runner's last word. */
export function exitedError(job: Pick<Job, 'name'>, exitCode: number | null | undefined): ErrorRecord {
  return runExited(
    `the process of run "${job.name}" ended with exit code ${exitCode} before its handler returned`,
    {
      hint: 'return from the handler to complete the run, throw an error to fail it; see the log for its last output',
    },
  ).toJSON();
}

/**
 * The error of a run whose process a signal ended.
 * @param killers who may have sent SIGKILL, where there is more to say than that somebody did
 */
export function killedError(job: Pick<Job, 'name'>, signal: NodeJS.Signals, killers = ''): ErrorRecord {
  const hint =
    signal === 'SIGKILL'
      ? `somebody killed it${killers}, or the machine ran out of memory (see \`dmesg\`)`
      : 'see the log for its last output; native code may have crashed';
  return runKilled(`the process of run "${job.name}" was killed by ${signal}`, {
    hint,
    details: { signal },
  }).toJSON();
}

/** Whether these last words are V8's when its heap is full. */
export function saysHeapIsFull(stderrTail: string): boolean {
  return /heap out of memory|Fatal process out of memory/i.test(stderrTail);
}

/** Bytes as people compare them with a limit. */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
