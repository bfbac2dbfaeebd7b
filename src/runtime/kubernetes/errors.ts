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
export const jobSuspended: ErrorFactory = defineError(
  'JOB_SUSPENDED',
  'unavailable',
  'The Job of a run waits for a queue or somebody to let it begin.',
);
export const podLost: ErrorFactory = defineError(
  'POD_LOST',
  'unavailable',
  'The cluster took the pod of a run away: evicted, preempted, or its node is gone.',
);
export const kubernetesUnreachable: ErrorFactory = defineError(
  'KUBERNETES_UNREACHABLE',
  'unavailable',
  "A cluster's API server cannot be reached.",
);
export const kubernetesRefused: ErrorFactory = defineError(
  'KUBERNETES_REFUSED',
  'auth',
  "A cluster's API server does not accept the credentials, or they lack a right.",
);
export const kubernetesNotFound: ErrorFactory = defineError(
  'KUBERNETES_NOT_FOUND',
  'not-found',
  'An object or a namespace does not exist in the cluster.',
);
export const kubernetesConflict: ErrorFactory = defineError(
  'KUBERNETES_CONFLICT',
  'conflict',
  'An object exists in the cluster already, or was changed by somebody else.',
);
export const kubernetesInvalid: ErrorFactory = defineError(
  'KUBERNETES_INVALID',
  'usage',
  "A cluster's API server finds a request or a manifest invalid.",
);
export const kubernetesGone: ErrorFactory = defineError(
  'KUBERNETES_GONE',
  'unavailable',
  'A watch asks for changes that are too long ago for the API server to know.',
);
export const kubernetesFailed: ErrorFactory = defineError(
  'KUBERNETES_FAILED',
  'unavailable',
  "A cluster's API server fails to answer a request, or is asked too much.",
);
export const kubeconfigInvalid: ErrorFactory = defineError(
  'KUBECONFIG_INVALID',
  'usage',
  'There is no usable kubeconfig, or it does not have the context that is asked for.',
);
