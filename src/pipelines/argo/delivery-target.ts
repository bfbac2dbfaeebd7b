/** What the objects are called that bring the pods of a workflow what they need. */
export interface DeliveryTarget {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The object in the cluster that delivery objects belong to, and go with. */
export interface DeliveryOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Annotation of a workflow, or of what keeps a schedule, whose pods are not brought all that they need yet: it is created suspended, so
 * that what they are brought belongs to it from the first moment, and nobody needs the right to change Secrets, which shows them.
 */
export const undeliveredKey = 'slipway.run/undelivered';

/** Bytes that a ConfigMap or a Secret holds, some left for its own fields. */
export const mostBytes = 1_000_000;

export function deliveryMetadata({ name, namespace, labels }: DeliveryTarget): object {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'app.kubernetes.io/managed-by': 'slipway', ...labels },
  };
}
