import type { NamespaceWatch } from '../follow/namespace-watch.ts';
import { untilSeen } from '../follow/until-seen.ts';
import type { PodGroups } from './pod-groups.ts';
import { hasPodEnded, indexOfPod } from './trial-pod.ts';

/** Resolves once no pod runs of an index that is not to begin any more. */
export async function awaitDropped(watch: NamespaceWatch, uid: string, groups: PodGroups): Promise<void> {
  await untilSeen({ watch, uid }, () =>
    watch.objects(uid).pods.every((pod) => {
      const group = groups.at(indexOfPod(pod) ?? -1);
      return group === undefined || !groups.isDropped(group) || hasPodEnded(pod);
    }),
  );
}
