import type { SlipwayError } from '../../../core/error.ts';
import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import type { EventObject, PodObject } from '../../../runtime/kubernetes/api/objects.ts';
import { watchObjects } from '../../../runtime/kubernetes/api/watch-objects.ts';
import { type NamespaceWatch, watchNamespace } from '../../../runtime/kubernetes/follow/namespace-watch.ts';
import { ApiAbsence } from './api-absence.ts';
import { type SubmittedWorkflow, workflowsPath } from './workflow-api.ts';
import { viewWorkflow, type WorkflowObject, type WorkflowView } from './workflow-nodes.ts';

/** A workflow and its pods as the cluster shows them, always the latest. */
export interface WorkflowWatch {
  /** Undefined until it has been seen. */
  readonly view: WorkflowView | undefined;
  /** Whether it was there and is not any more. */
  readonly isGone: boolean;
  /** Why the API server counts as gone for good; undefined while it does not. */
  readonly lost: SlipwayError | undefined;
  pods(): { readonly pods: readonly PodObject[]; readonly events: readonly EventObject[] };
  /** Rejects when the cluster does not let us watch. */
  readonly failed: Promise<never>;
  close(): void;
}

export interface WorkflowWatchOptions {
  /** uid of the pipeline's run, which stands in the labels of its pods. */
  readonly run: string;
  /** Hears of every change. */
  readonly onChange: () => void;
  /** Hears that the API server does not answer, and that it does again. */
  readonly onProgress: (line: string) => void;
  /** Milliseconds that the API server may be away. */
  readonly awayMs: number;
}

/** Watches one workflow, its pods and the warnings about them, over restarts of the API server. */
export function watchWorkflow(
  client: ApiClient,
  { name, namespace }: SubmittedWorkflow,
  { run, onChange, onProgress, awayMs }: WorkflowWatchOptions,
): WorkflowWatch {
  const stop = new AbortController();
  const surroundings: NamespaceWatch = watchNamespace(client, namespace);
  const unsubscribe = surroundings.subscribe(run, onChange);
  let view: WorkflowView | undefined;
  let isGone = false;
  const path = workflowsPath(namespace);
  const absence = new ApiAbsence(client, { path: `${path}/${name}`, awayMs, onProgress, onLost: onChange });
  const follow = async (): Promise<never> => {
    const list = { path, fieldSelector: `metadata.name=${name}`, signal: stop.signal };
    for await (const change of watchObjects<WorkflowObject>(client, list)) {
      if (change.type === 'interrupted') absence.look();
      if (!('object' in change)) continue;
      if (change.type === 'deleted') isGone = true;
      else view = viewWorkflow(change.object);
      onChange();
    }
    return new Promise<never>(() => undefined);
  };
  const failed = Promise.race([follow(), surroundings.failed]);
  failed.catch(() => undefined);
  return {
    get view(): WorkflowView | undefined {
      return view;
    },
    get isGone(): boolean {
      return isGone;
    },
    get lost(): SlipwayError | undefined {
      return absence.lost;
    },
    pods: () => surroundings.objects(run),
    failed,
    close() {
      stop.abort();
      absence.close();
      unsubscribe();
      surroundings.close();
    },
  };
}
