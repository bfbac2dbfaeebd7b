import { type ErrorRecord, errorRecord, type SlipwayError } from '../../../core/error.ts';
import type { Diagnosis } from '../../../runtime/kubernetes/diagnosis/diagnosis.ts';
import { runNotFound } from '../../../tracking/errors.ts';
import { hasEnded, type RunRecord } from '../../../tracking/run.ts';
import type { RunStore } from '../../../tracking/store.ts';
import type { StepEnd } from '../../engine/pipeline-outcome.ts';
import type { Plan } from '../../plan/plan.ts';
import { workflowFailed, workflowGone } from '../errors.ts';
import type { AwaitedStep, StepWatcher } from '../record/remote-executor.ts';
import { neverRan } from '../record/replay-watcher.ts';
import { endOfStepRun } from '../step-record.ts';
import { stepRunUid } from '../step-run-uid.ts';
import { recordFailure } from './record-failure.ts';
import type { TaskTroubles } from './task-troubles.ts';
import { TasksBefore } from './tasks-before.ts';
import { isPhaseOver, type TaskNode, taskKey } from './workflow-nodes.ts';
import type { WorkflowWatch } from './workflow-watch.ts';

export interface LiveWatcherOptions {
  readonly store: RunStore;
  readonly pipelineRun: string;
  readonly spec: Pick<Plan['spec'], 'steps' | 'maps'>;
  readonly watch: () => WorkflowWatch;
  readonly troubles: TaskTroubles;
  /** Called when a step has begun to run; what it resolves is awaited before the step is said to have ended. */
  readonly onBegun: (id: string, runUid: string) => Promise<void>;
  /** The workflow ended for a reason of its own. */
  readonly onBroken: (reason: string, error: SlipwayError) => void;
  /** The exit step is awaited, which begins when all else has ended: so what is stuck has to. */
  readonly onStuck: () => void;
  /** Milliseconds that steps have to end by themselves when they are asked to. */
  readonly stopMs: number;
  /** What cannot be read or written ends the engine. */
  readonly onCrash: (error: unknown) => void;
}

interface Waiting {
  readonly awaited: AwaitedStep;
  readonly uid: string;
  readonly task: string;
  readonly resolve: (end: StepEnd) => void;
  hasBegun: boolean;
  /** Resolves when all is told that comes before its end. */
  told?: Promise<void>;
}

/** Milliseconds between looks at runs whose pods are there but whose records are not, yet. */
const lookEvery = 500;

/** Tells how steps end while a workflow goes on: by its nodes when to look, by the runs of the steps what became of them. */
export class LiveWatcher implements StepWatcher {
  readonly #options: LiveWatcherOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #before: TasksBefore;
  /** Tasks under way that no step waits for, at the latest look. */
  #unawaited: readonly TaskNode[] = [];
  #isLooking = false;
  /** When the cluster was given up. */
  #lostAt: number | undefined;
  #isDirty = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveWatcherOptions) {
    this.#options = options;
    this.#before = new TasksBefore(options.spec);
  }

  /** Steps that have begun and not ended. */
  get begun(): readonly string[] {
    return [...this.#waiting.values()].filter(({ hasBegun }) => hasBegun).map(({ uid }) => uid);
  }

  ended(awaited: AwaitedStep): Promise<StepEnd> {
    const { step, at, active } = awaited;
    const uid = stepRunUid(this.#options.pipelineRun, step.id, at);
    active.job = { abort: async () => this.look() };
    if (awaited.isExit && this.#options.troubles.stuck.size > 0) this.#options.onStuck();
    return new Promise((resolve) => {
      this.#waiting.set(uid, { awaited, uid, task: taskKey(taskOf(awaited), at), resolve, hasBegun: false });
      this.look();
    });
  }

  /** Something has changed in the cluster. */
  look(): void {
    this.#isDirty = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    // changes come in flocks
    setTimeout(() => void this.#lookNow(), 20);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  async #lookNow(): Promise<void> {
    try {
      while (this.#isDirty) {
        this.#isDirty = false;
        await this.#lookOnce();
      }
    } catch (error) {
      this.#options.onCrash(error);
    } finally {
      this.#isLooking = false;
    }
    clearTimeout(this.#timer);
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.look(), lookEvery);
  }

  async #lookOnce(): Promise<void> {
    const { view } = this.#options.watch();
    const isOver = this.#isOver();
    this.#unawaited = this.#findUnawaited();
    const ends: [Waiting, StepEnd][] = [];
    const nobody: Waiting[] = [];
    for (const waiting of [...this.#waiting.values()]) {
      const node = view?.tasks.get(waiting.task);
      const isMainOver = isOver || (view?.isMainOver === true && !waiting.awaited.isExit);
      const end = await this.#endOf(waiting, node, isMainOver);
      if (end !== undefined) ends.push([waiting, end]);
      else if (isMainOver) nobody.push(waiting);
    }
    await Promise.all(ends.map(([{ told }]) => told));
    // successes first: what came to its end before a failure is told as such
    ends.sort(([, a], [, b]) => Number(a.state !== 'completed') - Number(b.state !== 'completed'));
    for (const [waiting, end] of ends) this.#settle(waiting, end);
    if (ends.length > 0) this.#isDirty = true;
    else for (const waiting of nobody) this.#leave(waiting);
  }

  /** Whether what has not ended by now will not be heard of. */
  #isOver(): boolean {
    const { view, isGone, lost } = this.#options.watch();
    if (lost === undefined) return isGone || view?.isOver === true;
    // pods live on without the API server, and hear from the tracking server that they are to stop
    if (this.#lostAt === undefined) {
      this.#lostAt = performance.now();
      this.#options.onBroken(lost.message, lost);
    }
    return this.begun.length === 0 || performance.now() - this.#lostAt > this.#options.stopMs;
  }

  async #endOf(waiting: Waiting, node: TaskNode | undefined, isOver: boolean): Promise<StepEnd | undefined> {
    if (node === undefined && !isOver) return this.#endUntold(waiting);
    const { store } = this.#options;
    const record = await this.#findRun(waiting.uid);
    if (record !== undefined && hasEnded(record)) {
      const end = await endOfStepRun(record, (uid) => store.getRun(uid));
      // a short step runs between two looks
      if (!waiting.hasBegun && end?.cached !== true) this.#tellBegun(waiting);
      return end;
    }
    if (record !== undefined && record.state === 'running' && !waiting.hasBegun) this.#begin(waiting);
    const hasFailed = node?.phase === 'Failed' || node?.phase === 'Error';
    const trouble = this.#diagnose(waiting, hasFailed || isOver);
    const mayGoOn = trouble?.trouble === 'out-of-memory' && hasRetries(waiting);
    if (trouble?.verdict === 'fail' && !mayGoOn && !isPhaseOver(node?.phase) && !hasFailed)
      return this.#fail(waiting, record, trouble.error);
    if (!hasFailed && !(isOver && record !== undefined)) return undefined;
    // a pod that only found out that the pipeline was stopped has no run
    if (record === undefined && waiting.awaited.active.controller.signal.aborted) return undefined;
    return this.#fail(waiting, record, trouble?.error ?? podFailed(waiting.awaited.id, node?.message));
  }

  #begin(waiting: Waiting): void {
    this.#tellBegun(waiting);
    const { signal } = waiting.awaited.active.controller;
    if (signal.aborted) this.#requestStop(waiting, String(signal.reason));
    else
      waiting.awaited.active.job = {
        abort: async (reason) => this.#requestStop(waiting, reason),
      };
  }

  #tellBegun(waiting: Waiting): void {
    waiting.hasBegun = true;
    waiting.awaited.running(waiting.uid);
    waiting.told = this.#options.onBegun(waiting.awaited.id, waiting.uid);
  }

  #requestStop({ uid }: Waiting, reason: string): void {
    this.#options.store.requestStop(uid, reason).catch(this.#options.onCrash);
  }

  /**
   * A step may have no node because of a pod that nobody waits for: that tells the items of a map, or what is inside an item that an
   * earlier run stands for. It fails with what keeps that from beginning; the exit step runs when what is stuck has been ended.
   */
  async #endUntold(waiting: Waiting): Promise<StepEnd | undefined> {
    const { awaited } = waiting;
    if (awaited.active.controller.signal.aborted) return undefined;
    const { troubles, onStuck } = this.#options;
    for (const { task, at } of this.#before.of(awaited, this.#unawaited)) {
      const who = titleOf(task, at);
      const key = taskKey(task, at);
      const wasStuck = troubles.stuck.has(key);
      // what is wrong with the items themselves is told by who follows
      const trouble = troubles.find({ key, who, isOver: false, onlyPending: true });
      if (trouble?.verdict !== 'fail') continue;
      if (awaited.isExit) {
        if (!wasStuck) onStuck();
        continue;
      }
      const error = { ...trouble.error, message: `${who}: ${trouble.error.message}` };
      return this.#fail(waiting, await this.#findRun(waiting.uid), error);
    }
    return undefined;
  }

  #findUnawaited(): readonly TaskNode[] {
    const awaited = new Set([...this.#waiting.values()].map(({ task }) => task));
    const tasks = [...(this.#options.watch().view?.tasks ?? [])];
    return tasks.flatMap(([key, task]) => (awaited.has(key) || isPhaseOver(task.phase) ? [] : [task]));
  }

  /** What keeps a step's pod from running, or how it ended badly. */
  #diagnose({ awaited, task }: Waiting, isOver: boolean): Diagnosis | undefined {
    return this.#options.troubles.find({ key: task, who: `step "${awaited.id}"`, isOver });
  }

  async #fail(waiting: Waiting, record: RunRecord | undefined, error: ErrorRecord): Promise<StepEnd> {
    const { store, pipelineRun } = this.#options;
    const stopped = waiting.awaited.active.controller.signal;
    const end = recordFailure(store, {
      uid: waiting.uid,
      pipelineRun,
      awaited: waiting.awaited,
      exists: record !== undefined,
      error,
      ...(stopped.aborted ? { aborted: String(stopped.reason) } : {}),
    });
    const { uid, results, artifacts, state } = end;
    return { state, record: end, outputs: { uid, results, artifacts }, error: end.error ?? error };
  }

  #settle(waiting: Waiting, end: StepEnd): void {
    this.#waiting.delete(waiting.uid);
    waiting.resolve(end);
  }

  /** All is over, and nobody ran it: the pipeline was stopped, or its workflow ended by itself. */
  #leave(waiting: Waiting): void {
    const { view, isGone, lost } = this.#options.watch();
    const isStopped = waiting.awaited.active.controller.signal.aborted;
    if (!isStopped && lost === undefined) {
      const what = isGone ? 'was deleted' : `ended as ${view?.phase || 'failed'}`;
      const why = view?.message === undefined ? '' : `: ${view.message}`;
      const explain = isGone ? workflowGone : workflowFailed;
      const error = explain(`its workflow ${what}${why}`, {
        hint: 'look at the workflow and its events in the cluster (kubectl describe workflow)',
      });
      this.#options.onBroken(`its workflow ${what}`, error);
    }
    this.#settle(waiting, neverRan(waiting.awaited));
  }

  async #findRun(uid: string): Promise<RunRecord | undefined> {
    try {
      return await this.#options.store.getRun(uid);
    } catch (error) {
      if (runNotFound.is(error)) return undefined;
      throw error;
    }
  }
}

/** Another pod counts the one that was killed as an attempt of its step. */
function hasRetries({ awaited: { step, isExit } }: Waiting): boolean {
  return !isExit && (step.options.retry?.retries ?? 0) > 0;
}

function taskOf({ step, isExit }: AwaitedStep): string {
  return `${isExit ? 'exit' : 'step'}:${step.id}`;
}

/** `the items of map "rows"`, `step "row" of item 0` */
function titleOf(task: string, at: readonly number[]): string {
  const [, kind, id] = /^(\w+):(.*)$/s.exec(task) ?? [];
  const of = at.length === 0 ? '' : ` of item ${at.join('.')}`;
  return `${kind === 'map' ? 'the items of map' : 'step'} "${id}"${of}`;
}

function podFailed(step: string, message: string | undefined): ErrorRecord {
  const why = message === undefined ? '' : `: ${message}`;
  return errorRecord(
    workflowFailed(`the pod of step "${step}" failed${why}`, {
      hint: 'look at its log and events in the cluster (kubectl describe pod, kubectl logs)',
    }),
  );
}
