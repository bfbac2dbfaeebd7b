import type { SweepRules } from '../../agent/sweep-rules.ts';
import { countGroups } from '../../agent/trial-groups.ts';
import type { Job } from '../../job.ts';
import type { IndexedPods } from './job-request.ts';

/**
 * The pods of a sweep: one for each group of trials. The cluster starts a pod over as often as its trials may end it: each of them
 * once, and as often as it may be tried again.
 */
export function indexedPods({ retry }: Pick<Job, 'retry'>, { groups, maxFailed }: SweepRules): IndexedPods {
  const completions = countGroups(groups);
  return {
    completions,
    parallelism: groups.parallelism,
    trials: groups.size,
    retries: groups.size * (retry.retries + 1) - 1,
    maxFailed: Math.min(maxFailed, completions),
  };
}
