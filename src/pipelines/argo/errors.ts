import { defineError, type ErrorFactory } from '../../core/error.ts';

export const deliveryTooLarge: ErrorFactory = defineError(
  'DELIVERY_TOO_LARGE',
  'usage',
  'What the pods of a pipeline have to know is more than the cluster can bring them.',
);
export const argoMissing: ErrorFactory = defineError(
  'ARGO_MISSING',
  'not-found',
  'A cluster has no Argo Workflows.',
);
export const argoAccountMissing: ErrorFactory = defineError(
  'ARGO_ACCOUNT_MISSING',
  'not-found',
  'A namespace lacks the account under which pods of a workflow report to Argo, or its token.',
);
export const workflowFailed: ErrorFactory = defineError(
  'WORKFLOW_FAILED',
  'failed',
  'Argo ended a workflow, or a pod of it, for a reason of its own.',
);
export const workflowGone: ErrorFactory = defineError(
  'WORKFLOW_GONE',
  'unavailable',
  'A workflow was deleted while its pipeline was under way.',
);
export const cronWorkflowTaken: ErrorFactory = defineError(
  'CRON_WORKFLOW_TAKEN',
  'conflict',
  'The CronWorkflow that would keep a schedule belongs to another one.',
);
export const workflowNotEnded: ErrorFactory = defineError(
  'WORKFLOW_NOT_ENDED',
  'timeout',
  'A workflow that nobody follows was told to end and did not in time.',
);
export const clusterLost: ErrorFactory = defineError(
  'CLUSTER_LOST',
  'failed',
  'The API server of a cluster was away for longer than a pipeline waits for it.',
);
