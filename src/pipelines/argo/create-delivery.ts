import type { ApiClient } from '../../runtime/kubernetes/api/api-client.ts';
import { createOnce } from '../../runtime/kubernetes/api/create-once.ts';
import type { DeliveryOwner } from './delivery-target.ts';

interface Manifest {
  readonly metadata?: object;
}

/** What the pods of a workflow are brought. */
export interface Delivery {
  /** ConfigMaps. */
  readonly plan: readonly Manifest[];
  readonly secret: Manifest;
}

/** Creates what pods are brought as parts of the object that they go with: nobody has to change or delete them later. */
export async function createDelivery(
  client: ApiClient,
  { namespace, ...owner }: DeliveryOwner & { readonly namespace: string },
  { plan, secret }: Delivery,
): Promise<void> {
  const owned = (object: Manifest): Manifest => ({
    ...object,
    metadata: { ...object.metadata, ownerReferences: [owner] },
  });
  const core = `/api/v1/namespaces/${namespace}`;
  await Promise.all(plan.map((part) => createOnce(client, `${core}/configmaps`, owned(part))));
  await createOnce(client, `${core}/secrets`, owned(secret));
}
