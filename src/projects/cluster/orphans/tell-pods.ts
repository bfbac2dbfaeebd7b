import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import type { PodObject } from '../../../runtime/kubernetes/api/objects.ts';
import { annotatePod } from '../../../runtime/kubernetes/api/run-objects.ts';
import type { NamespaceWatch } from '../../../runtime/kubernetes/follow/namespace-watch.ts';
import { annotationKeys } from '../../../runtime/kubernetes/manifest/object-name.ts';

export interface TellPods {
  readonly client: ApiClient;
  readonly watch: NamespaceWatch;
  /** Of the run or sweep. */
  readonly uid: string;
  /** Where their tracking server is now. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** Hears what kept a pod from being told. */
  readonly onFailure: (error: unknown) => void;
}

/** Tells the pods of a run that their tracking server has moved: those that there are, and those that the cluster starts later. */
export function tellPods({ client, watch, uid, url, signal, onFailure }: TellPods): void {
  const asked = new Set<string>();
  const tell = (pod: PodObject): void => {
    const { name = '', annotations } = pod.metadata ?? {};
    if (asked.has(name) || annotations?.[annotationKeys.trackingUrl] === url) return;
    asked.add(name);
    annotatePod(client, watch.namespace, name, { [annotationKeys.trackingUrl]: url }).catch(onFailure);
  };
  const look = (): void => {
    for (const pod of watch.objects(uid).pods) tell(pod);
  };
  signal.addEventListener('abort', watch.subscribe(uid, look), { once: true });
  look();
}
