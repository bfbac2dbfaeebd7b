import type { ProcessIdentity } from '../../tracking/journal-event.ts';
import type { Delivery } from './delivery.ts';

/** Who speaks for the processes of a pod, and whether they are heard through that one alone. */
export function guardOf({
  submission: { submitter, heardThroughSubmitter },
}: Pick<Delivery, 'submission'>): Pick<ProcessIdentity, 'guard' | 'heardThroughGuard'> {
  return { guard: submitter, ...(heardThroughSubmitter ? { heardThroughGuard: true } : {}) };
}
