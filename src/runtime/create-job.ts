import { createUid } from '../core/id.ts';
import type { Job } from './job.ts';

type Required = 'project' | 'storeDirectory' | 'workingDirectory' | 'function' | 'handler';

/** A job from what is known about it; everything else gets its default: a new uid, the handler's name, no retries. */
export function createJob(known: Pick<Job, Required> & Partial<Job>): Job {
  return {
    apiVersion: 'slipway/v1',
    uid: createUid(),
    name: known.handler.name,
    runKind: 'run',
    params: {},
    inputs: {},
    labels: {},
    env: {},
    secretNames: [],
    resources: {},
    retry: { retries: 0 },
    attempt: 1,
    ...known,
  };
}
