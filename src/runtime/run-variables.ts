import type { Job } from './job.ts';

/**
 * What user code, and the processes that it starts, find in their environment: the run they belong to, and store and project
 * under the names that Slipway itself reads them by.
 */
export function runVariables(job: Pick<Job, 'uid' | 'storeDirectory' | 'project'>): Record<string, string> {
  return { SLIPWAY_RUN: job.uid, SLIPWAY_HOME: job.storeDirectory, SLIPWAY_PROJECT: job.project };
}
