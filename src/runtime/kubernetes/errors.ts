import { defineError, type ErrorFactory } from '../../core/error.ts';

export const invalidKubernetesOptions: ErrorFactory = defineError(
  'INVALID_KUBERNETES_OPTIONS',
  'usage',
  'The Kubernetes options of a function, run or project cannot be used as they stand.',
);
