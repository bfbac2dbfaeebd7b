import { readFileSync } from 'node:fs';
import type { ErrorRecord } from '../../core/error.ts';
import { runKilled } from '../errors.ts';
import { memoryError } from '../exit-class.ts';
import type { Job } from '../job.ts';

const counters = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];

/** How many processes of this container the kernel has killed for its memory; undefined where it does not tell. */
function memoryKills(): number | undefined {
  for (const file of counters) {
    try {
      const count = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'latin1'))?.[1];
      if (count !== undefined) return Number(count);
    } catch {
      // the other version of control groups has it elsewhere
    }
  }
  return undefined;
}

/**
 * Tells of errors from now on which of them mean that the container was out of memory: a process that was killed while the kernel killed
 * for memory was out of it.
 */
export function explainMemory(): (job: Pick<Job, 'name' | 'resources'>, error: ErrorRecord) => ErrorRecord {
  let known = memoryKills() ?? 0;
  return (job, error) => {
    if (error.code !== runKilled.code) return error;
    const kills = memoryKills() ?? 0;
    const isMore = kills > known;
    known = kills;
    return isMore ? memoryError(job) : error;
  };
}
