import { type FoundWorkflow, findWorkflow, readWorkflow } from '../../pipelines/argo/follow/find-workflow.ts';
import { workflowLabel } from '../../pipelines/argo/step-record.ts';
import { workflowRunUid } from '../../pipelines/argo/step-run-uid.ts';
import { runningSteps } from '../../pipelines/plan/plan-graph.ts';
import { type ArchivedPlan, findArchivedPlan } from '../../pipelines/resume/plan-archive.ts';
import type { ApiClient } from '../../runtime/kubernetes/api/api-client.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { ClusterSettings, Workspace } from '../workspace.ts';
import { clusterOf } from './cluster-of.ts';

/** What a pipeline's run on Argo has left on its cluster. */
export interface LeftWorkflow {
  readonly client: ApiClient;
  /** Absent where it is not there any more. */
  readonly workflow?: FoundWorkflow;
  /** Whether its pods keep the record, and nobody else. */
  readonly isAlone: boolean;
  /** The plan that it runs, where this store has it. */
  readonly archived?: ArchivedPlan;
}

/**
 * Looks on the cluster of a pipeline's run for its workflow. Undefined for a run that no cluster drives.
 * @throws KUBECONFIG_INVALID, KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED
 */
export async function findLeftWorkflow(
  workspace: Workspace,
  run: RunRecord,
): Promise<LeftWorkflow | undefined> {
  const archived = findArchivedPlan(workspace.project.storeDirectory, run);
  const given = archived === undefined ? {} : { archived };
  const alone = run.labels[workflowLabel];
  if (alone === undefined) {
    if (run.cluster === undefined && archived?.engine !== 'argo') return undefined;
    const settings = settingsOf(workspace, archived);
    const client = await workspace.cluster({ ...settings, ...run.cluster });
    const namespace = run.cluster?.namespace ?? settings.namespace ?? client.namespace;
    const workflow = await findWorkflow(client, namespace, run.uid);
    return { client, isAlone: false, ...(workflow === undefined ? {} : { workflow }), ...given };
  }
  const [namespace = '', name = ''] = alone.split('/');
  const client = await workspace.cluster({ ...settingsOf(workspace, archived), namespace });
  const workflow = await readWorkflow(client, { namespace, name });
  // another cluster may have one of this name
  const isOwn = workflow !== undefined && workflowRunUid(workflow.uid, workflow.createdSeconds) === run.uid;
  return { client, isAlone: true, ...(isOwn ? { workflow } : {}), ...given };
}

/** How the cluster of a run was reached; without its plan as the project says now. */
function settingsOf({ project }: Workspace, archived: ArchivedPlan | undefined): ClusterSettings {
  const { kubeconfig, context, namespace } =
    archived === undefined
      ? (project.spec.kubernetes ?? {})
      : clusterOf(runningSteps(archived.plan), archived);
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
