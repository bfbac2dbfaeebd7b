import { writeFileSync } from 'node:fs';

/**
 * Lets a process be the one that is killed when its container has no memory left: what the agent beside it has to say of the run
 * would be lost with the agent.
 */
export function dieFirst(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // elsewhere than on Linux nobody asks, and one that has ended already needs no order
  }
}
