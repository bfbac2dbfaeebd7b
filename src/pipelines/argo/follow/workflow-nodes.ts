import { gunzipSync } from 'node:zlib';
import type { ApiObject } from '../../../runtime/kubernetes/api/objects.ts';

export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';

/** What is read of a workflow as the cluster has it. */
export interface WorkflowObject extends ApiObject {
  readonly spec?: { readonly suspend?: boolean; readonly shutdown?: string };
  readonly status?: {
    readonly phase?: NodePhase | '';
    readonly message?: string;
    readonly nodes?: Readonly<Record<string, WorkflowNode>>;
    /** gzip and base64 of the nodes, where they would be too large. */
    readonly compressedNodes?: string;
  };
}

interface WorkflowNode {
  readonly id: string;
  readonly type: string;
  readonly phase?: NodePhase;
  readonly message?: string;
  readonly children?: readonly string[];
  readonly inputs?: { readonly parameters?: readonly { readonly name: string; readonly value?: string }[] };
}

/** Where the task of a step, or of one of its items, stands. */
export interface TaskNode {
  /** `step:train` */
  readonly task: string;
  readonly at: readonly number[];
  readonly phase: NodePhase;
  readonly message?: string;
  /** What Argo says about the pod that it waits for, of the attempt under way. */
  readonly pendingMessage?: string;
}

export interface WorkflowView {
  /** By task and position: `step:train@0.3`. */
  readonly tasks: ReadonlyMap<string, TaskNode>;
  /** Whether the controller has begun with it; one that is held has not. */
  readonly hasBegun: boolean;
  /** Whether everything but the exit handler has ended. */
  readonly isMainOver: boolean;
  readonly isOver: boolean;
  readonly phase: NodePhase | '';
  readonly message?: string;
}

export function taskKey(task: string, at: readonly number[]): string {
  return `${task}@${at.join('.')}`;
}

const over: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Error', 'Skipped', 'Omitted']);

export const isPhaseOver = (phase: NodePhase | '' | undefined): boolean => over.has(phase ?? '');

/** How a workflow stands, by its tasks. Several attempts of one task count as one. */
export function viewWorkflow({ metadata, status = {} }: WorkflowObject): WorkflowView {
  const nodes = nodesOf(status);
  const tasks = new Map<string, TaskNode>();
  // pods of a task that may be tried again stand below the node that counts them, which comes after them here
  const leaves = Object.values(nodes).sort((a, b) => Number(a.type !== 'Pod') - Number(b.type !== 'Pod'));
  for (const node of leaves) {
    if (node.type !== 'Retry' && node.type !== 'Skipped' && node.type !== 'Pod') continue;
    const values = new Map((node.inputs?.parameters ?? []).map(({ name, value }) => [name, value]));
    const task = values.get('do');
    if (task === undefined) continue;
    const at = (values.get('at') ?? '').split('.').filter(Boolean).map(Number);
    const key = taskKey(task, at);
    const { phase = 'Pending' } = node;
    const message = node.message === undefined ? {} : { message: node.message };
    // the node that counts attempts does not say why one of them has no pod
    const told = node.type === 'Pod' && phase === 'Pending' ? node.message : undefined;
    const pendingMessage = told ?? tasks.get(key)?.pendingMessage;
    const pending = pendingMessage === undefined || isPhaseOver(node.phase) ? {} : { pendingMessage };
    tasks.set(key, { task, at, phase, ...message, ...pending });
  }
  const isOver = isPhaseOver(status.phase);
  const main = nodes[metadata?.name ?? ''];
  return {
    tasks,
    hasBegun: Object.keys(nodes).length > 0,
    isOver,
    isMainOver: isOver || isPhaseOver(main?.phase),
    phase: status.phase ?? '',
    ...(status.message === undefined ? {} : { message: status.message }),
  };
}

function nodesOf({
  nodes,
  compressedNodes,
}: NonNullable<WorkflowObject['status']>): Readonly<Record<string, WorkflowNode>> {
  if (compressedNodes === undefined || compressedNodes === '') return nodes ?? {};
  const text = gunzipSync(Buffer.from(compressedNodes, 'base64')).toString('utf8');
  return JSON.parse(text) as Record<string, WorkflowNode>;
}
