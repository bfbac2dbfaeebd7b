import type { JobObject } from '../api/objects.ts';
import { jobSuspended } from '../errors.ts';
import { queueLabel } from '../manifest/object-name.ts';
import type { Diagnosis } from './diagnosis.ts';

/**
 * That a Job is held: by the queue that its label names, or by whoever asked for it. Queues do so before they let it begin, and again
 * when they need its room for another: the cluster then takes its pod away, and gives it a new one later.
 * @param hasPod whether there is one, which is being taken away
 */
export function diagnoseSuspension(job: JobObject, hasPod: boolean): Diagnosis | undefined {
  if (job.spec?.suspend !== true) return undefined;
  const { name, namespace = 'default', labels = {} } = job.metadata ?? {};
  const queue = labels[queueLabel];
  const [message, hint] =
    queue === undefined
      ? [
          `Job "${name}" is suspended, and somebody has to let it begin`,
          `kubectl patch job ${name} -n ${namespace} -p '{"spec":{"suspend":false}}'`,
        ]
      : [
          `Job "${name}" is suspended until the queue "${queue}" lets it begin`,
          `\`kubectl get workloads -n ${namespace}\` shows what the queue holds`,
        ];
  const error = jobSuspended(message, { hint, details: { trouble: 'suspended' } });
  return { trouble: 'suspended', verdict: hasPod ? 'retry' : 'wait', error: error.toJSON() };
}
