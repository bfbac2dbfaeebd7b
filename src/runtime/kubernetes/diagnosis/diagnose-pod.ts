import type { EventObject, NodeObject, PodObject } from '../api/objects.ts';
import { findConfigTrouble, findVolumeTrouble } from './config-trouble.ts';
import type { Diagnosis, Patience } from './diagnosis.ts';
import { findEndedTrouble } from './ended-trouble.ts';
import { findImageTrouble } from './image-trouble.ts';
import type { PodSubject } from './pod-subject.ts';
import { findSchedulingTrouble } from './scheduling-trouble.ts';

/** What else is known about a pod. */
export interface PodSurroundings {
  /** Events about the pod. */
  readonly events: readonly EventObject[];
  /** The node it is on. */
  readonly node?: NodeObject;
  /** All nodes, where they may be listed: they tell a selector that fits none from one that fits nodes with taints. */
  readonly nodes?: readonly NodeObject[];
  readonly patience: Patience;
}

/** What keeps a pod from running, or how it ended badly; `undefined` while all is well. Pure. */
export function diagnosePod(pod: PodObject, surroundings: PodSurroundings): Diagnosis | undefined {
  const subject: PodSubject = { pod, ...surroundings };
  const rules = [
    findConfigTrouble,
    findEndedTrouble,
    findImageTrouble,
    findSchedulingTrouble,
    findVolumeTrouble,
  ];
  for (const find of rules) {
    const found = find(subject);
    if (found) return found;
  }
  return undefined;
}
