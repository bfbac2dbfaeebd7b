import type { PodObject } from '../../../runtime/kubernetes/api/objects.ts';
import { diagnosePod } from '../../../runtime/kubernetes/diagnosis/diagnose-pod.ts';
import { type Diagnosis, waitOrFail } from '../../../runtime/kubernetes/diagnosis/diagnosis.ts';
import { classifyRefusal } from '../../../runtime/kubernetes/diagnosis/refusal.ts';
import { podRefused } from '../../../runtime/kubernetes/errors.ts';
import { taskKey } from './workflow-nodes.ts';
import type { WorkflowWatch } from './workflow-watch.ts';

export interface TaskTroublesOptions {
  readonly watch: () => WorkflowWatch;
  readonly namespace: string;
  readonly onProgress: (line: string) => void;
  /** Ends a pod that will not get anywhere. */
  readonly deletePod: (pod: PodObject) => void;
  readonly patience: { readonly pendingSeconds: number; readonly imagePullSeconds: number };
}

export interface TroubledTask {
  /** Of its node: `step:train@0`. */
  readonly key: string;
  /** Who waits for it, as people are told: `step "train[0]"`. */
  readonly who: string;
  /** Whether nothing of it goes on, so that nobody waits any more. */
  readonly isOver: boolean;
  /** Only what keeps a pod from beginning counts: how it ends is told elsewhere. @default false */
  readonly onlyPending?: boolean;
}

/** Milliseconds for which a task may be without a pod before that is worth a word: what is refused once may pass at once. */
const tellAfterMs = 2000;

/** What keeps the pods of a workflow's tasks from running, or how they ended badly. What only takes time is said once. */
export class TaskTroubles {
  readonly #options: TaskTroublesOptions;
  readonly #said = new Set<string>();
  /** Milliseconds since 1970 at which tasks were first heard to get no pod. */
  readonly #refused = new Map<string, number>();
  readonly #deleted = new Set<string>();
  readonly #stuck = new Set<string>();

  constructor(options: TaskTroublesOptions) {
    this.#options = options;
  }

  /** Tasks that were given up although Argo goes on waiting for their pods, with a new one for each that is taken away. */
  get stuck(): ReadonlySet<string> {
    return this.#stuck;
  }

  find(task: TroubledTask): Diagnosis | undefined {
    const { watch, patience } = this.#options;
    const { pods, events } = watch().pods();
    const own = pods.filter((pod) => podTask(pod) === task.key);
    const pod = own.at(-1);
    const refusal = this.#findRefusal(task.key, pod);
    if (refusal !== undefined) {
      // how much is used up is another number each time
      this.#say(task, refusal, refusal.trouble);
      if (refusal.verdict === 'fail') this.#stuck.add(task.key);
      return refusal;
    }
    if (pod === undefined || (task.onlyPending === true && !isPending(pod))) return undefined;
    const subjects = new Set(own.map(({ metadata }) => metadata?.uid));
    const about = events.filter(({ involvedObject }) => subjects.has(involvedObject?.uid));
    const found = diagnosePod(pod, { events: about, patience: { now: Date.now(), ...patience } });
    if (found === undefined) return undefined;
    this.#say(task, found, found.error.message);
    if (found.verdict === 'fail' && isPending(pod)) this.#end(task, pod);
    return found;
  }

  #say({ key, who, isOver }: TroubledTask, { error: { message, hint } }: Diagnosis, what: string): void {
    const said = `${key} ${what}`;
    if (isOver || this.#said.has(said)) return;
    this.#said.add(said);
    this.#options.onProgress(`${who}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  }

  /** Argo tries without end to create a pod that a quota does not allow: no pod and no event tells of it, only the node. */
  #findRefusal(key: string, pod: PodObject | undefined): Diagnosis | undefined {
    const { watch, namespace, patience } = this.#options;
    const node = watch().view?.tasks.get(key);
    const message = hasEnded(pod) ? node?.pendingMessage : undefined;
    if (message === undefined) {
      this.#refused.delete(key);
      return undefined;
    }
    const now = Date.now();
    const since = this.#refused.get(key) ?? now;
    this.#refused.set(key, since);
    if (now - since < tellAfterMs) return undefined;
    const { trouble, what, hint } = classifyRefusal(message, namespace);
    const error = podRefused(`it gets no pod: ${what}`, { hint, details: { trouble, message } }).toJSON();
    return waitOrFail({ trouble, error }, { since, seconds: patience.pendingSeconds, now });
  }

  #end({ key, isOver }: TroubledTask, pod: PodObject): void {
    const uid = pod.metadata?.uid ?? '';
    if (!isOver) this.#stuck.add(key);
    if (this.#deleted.has(uid)) return;
    this.#deleted.add(uid);
    this.#options.deletePod(pod);
  }
}

function isPending({ status }: PodObject): boolean {
  return status?.phase === 'Pending';
}

function hasEnded(pod: PodObject | undefined): boolean {
  const phase = pod?.status?.phase;
  return pod === undefined || phase === 'Succeeded' || phase === 'Failed';
}

function podTask({ metadata }: PodObject): string {
  const { annotations = {} } = metadata ?? {};
  const at = (annotations['slipway.run/at'] ?? '').split('.').filter(Boolean).map(Number);
  return taskKey(annotations['slipway.run/task'] ?? '', at);
}
