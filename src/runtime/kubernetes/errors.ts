import { defineError, type ErrorFactory } from '../../core/error.ts';

export const invalidKubernetesOptions: ErrorFactory = defineError(
  'INVALID_KUBERNETES_OPTIONS',
  'usage',
  'The Kubernetes options of a function, run or project cannot be used as they stand.',
);
export const podImageUnavailable: ErrorFactory = defineError(
  'POD_IMAGE_UNAVAILABLE',
  'unavailable',
  'The cluster cannot get the image of a run.',
);
export const podConfigInvalid: ErrorFactory = defineError(
  'POD_CONFIG_INVALID',
  'usage',
  'A pod cannot be put together: a Secret, ConfigMap, key or volume that it names is missing or refused.',
);
export const podNotStarted: ErrorFactory = defineError(
  'POD_NOT_STARTED',
  'failed',
  'A node cannot start the container of a run.',
);
export const podUnschedulable: ErrorFactory = defineError(
  'POD_UNSCHEDULABLE',
  'unavailable',
  'No node of the cluster takes the pod of a run.',
);
export const podRefused: ErrorFactory = defineError(
  'POD_REFUSED',
  'auth',
  'The API server refuses the pod of a run: quota, pod security, a webhook, or something it names does not exist.',
);
export const podLost: ErrorFactory = defineError(
  'POD_LOST',
  'unavailable',
  'The cluster took the pod of a run away: evicted, preempted, or its node is gone.',
);
