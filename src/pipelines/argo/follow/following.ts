import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../core/clock.ts';
import { errorRecord } from '../../../core/error.ts';
import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import type { PodObject } from '../../../runtime/kubernetes/api/objects.ts';
import { retryPassing } from '../../../runtime/kubernetes/api/retry-passing.ts';
import { kubernetesNotFound } from '../../../runtime/kubernetes/errors.ts';
import type { KubernetesOptions } from '../../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { TrackingRoute } from '../../../runtime/tracking-route.ts';
import { PipelineDriver } from '../../engine/pipeline-driver.ts';
import type { PipelineJournal } from '../../engine/pipeline-journal.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import { allSteps } from '../../plan/plan-graph.ts';
import { type FollowPlanOptions, type RunningPipeline, runDriver } from '../../run-plan.ts';
import { RemoteExecutor } from '../record/remote-executor.ts';
import { LiveWatcher } from './live-watcher.ts';
import { remindController } from './remind-controller.ts';
import { TaskTroubles } from './task-troubles.ts';
import { patchWorkflow, type SubmittedWorkflow, touchWorkflow } from './workflow-api.ts';
import { isPhaseOver } from './workflow-nodes.ts';
import { type WorkflowWatch, watchWorkflow } from './workflow-watch.ts';

export interface FollowArgoOptions extends FollowPlanOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** What pods bring their runs to; closed when all have ended. */
  readonly route: TrackingRoute;
  readonly kubernetesOf: (step: PlanStep) => KubernetesOptions;
  readonly followLogs?: boolean;
  readonly onProgress?: (line: string) => void;
}

/** Milliseconds that steps which are asked to stop have for doing so before Argo ends their pods. */
const stopMs = 10_000;
/** Milliseconds that a workflow whose steps have all ended has for ending itself. */
const endMs = 60_000;

/** Takes the record of a pipeline's run to its end, along with the workflow that runs it. */
export class Following {
  readonly #plan: Plan;
  readonly #options: FollowArgoOptions;
  readonly #submitted: SubmittedWorkflow;
  readonly #watch: WorkflowWatch;
  readonly #watcher: LiveWatcher;
  readonly #troubles: TaskTroubles;
  readonly #driver: PipelineDriver;
  readonly #closed = new AbortController();
  #isToldToEnd = false;
  #stopping: Promise<void> = Promise.resolve();
  #crashed: (error: unknown) => void = () => undefined;

  constructor(
    plan: Plan,
    options: FollowArgoOptions,
    submitted: SubmittedWorkflow,
    journal: PipelineJournal,
  ) {
    const { store, client } = options;
    const onProgress = (line: string): void => options.onProgress?.(line);
    const patience = patienceOf(plan, options);
    this.#plan = plan;
    this.#options = options;
    this.#submitted = submitted;
    this.#troubles = new TaskTroubles({
      watch: () => this.#watch,
      namespace: submitted.namespace,
      onProgress,
      deletePod: (pod) => void this.#deletePod(pod),
      patience,
    });
    const watcher = new LiveWatcher({
      store,
      pipelineRun: journal.uid,
      spec: plan.spec,
      watch: () => this.#watch,
      troubles: this.#troubles,
      onBegun: (id, run) => this.#followLog(id, run),
      onBroken: (reason, error) => this.#driver.abort(reason, error),
      onStuck: () => {
        this.#endStuck('Stop').catch((error: unknown) => this.#crashed(error));
      },
      stopMs,
      onCrash: (error) => this.#crashed(error),
    });
    this.#watcher = watcher;
    this.#watch = watchWorkflow(client, submitted, {
      run: journal.uid,
      onChange: () => watcher.look(),
      onProgress,
      awayMs: patience.awaySeconds * 1000,
    });
    this.#driver = new PipelineDriver(plan, options, systemClock, {
      journal,
      createExecutor: (hooks) => new RemoteExecutor({ plan, store, watcher }, hooks),
      limit: Number.POSITIVE_INFINITY,
      follows: true,
      // the exit step, which runs elsewhere, is told from the record that this is no failure
      onAbort: (reason, cause) => journal.stopping(reason, errorRecord(cause)),
      onStop: () => {
        this.#stopping = this.#stop();
        this.#stopping.catch((error: unknown) => this.#crashed(error));
      },
    });
  }

  start(): RunningPipeline {
    remindController({
      isDue: () => this.#isUnheard,
      touch: () => this.#change((client) => touchWorkflow(client, this.#submitted)),
      signal: this.#closed.signal,
    }).catch((error: unknown) => this.#crashed(error));
    const running = runDriver(this.#driver, this.#plan, this.#options);
    const broken = new Promise<never>((_, reject) => {
      this.#crashed = reject;
    });
    const ended = Promise.race([running.wait(), broken, this.#watch.failed]).finally(() => this.#close());
    ended.catch(() => undefined);
    return {
      ...running,
      wait: () => ended,
      abort: async (reason): Promise<void> => {
        this.#driver.abort(reason);
        await ended.catch(() => undefined);
      },
    };
  }

  /** No further pod starts; what runs is asked to stop and then ended. The exit handler runs all the same. */
  async #stop(): Promise<void> {
    await this.#patch({ suspend: true });
    const until = performance.now() + stopMs;
    // the driver asks them after it has said that it stops
    await delay(0);
    while (this.#watcher.begun.length > 0 && performance.now() < until) await delay(100);
    await this.#end('Stop');
  }

  /** Argo never ends a workflow with a task that is stuck; what else has not ended yet, e.g. brings its output, does so before. */
  async #endStuck(shutdown: 'Stop' | 'Terminate'): Promise<void> {
    const { stuck } = this.#troubles;
    if (stuck.size === 0) return;
    await this.#stopping;
    const isUnderWay = (): boolean =>
      [...(this.#watch.view?.tasks ?? [])].some(([key, { phase }]) => !isPhaseOver(phase) && !stuck.has(key));
    await this.#until(() => this.#isOver || !isUnderWay());
    if (!this.#isOver) await this.#end(shutdown);
  }

  async #end(shutdown: 'Stop' | 'Terminate'): Promise<void> {
    this.#isToldToEnd = true;
    await this.#patch({ suspend: null, shutdown });
  }

  /** Whether the controller may not have seen that the workflow was let go, or is to end. */
  get #isUnheard(): boolean {
    const { view } = this.#watch;
    return view !== undefined && !this.#isOver && (this.#isToldToEnd || !view.hasBegun);
  }

  get #isOver(): boolean {
    return this.#watch.isGone || this.#watch.lost !== undefined || this.#watch.view?.isOver === true;
  }

  async #until(holds: () => boolean): Promise<void> {
    const until = performance.now() + endMs;
    while (!holds() && performance.now() < until) await delay(100);
  }

  #patch(spec: object): Promise<void> {
    return this.#change((client) => patchWorkflow(client, this.#submitted, spec));
  }

  /** Again and again while the API server is away; not at all once it counts as gone. */
  async #change(act: (client: ApiClient) => Promise<void>): Promise<void> {
    try {
      await retryPassing(async () => {
        const isNeeded = this.#watch.lost === undefined && !this.#closed.signal.aborted;
        if (isNeeded) await act(this.#options.client);
      }, Number.POSITIVE_INFINITY);
    } catch (error) {
      if (this.#watch.lost === undefined) throw error;
    }
  }

  async #followLog(id: string, run: string): Promise<void> {
    const { store, followLogs, onEvent } = this.#options;
    if (!followLogs || onEvent === undefined) return;
    const decoder = new TextDecoder();
    try {
      for await (const bytes of store.logs(run, { follow: true })) {
        const text = decoder.decode(bytes, { stream: true });
        onEvent({ type: 'log', time: systemClock.now(), step: id, chunk: { stream: 'stdout', text } });
      }
    } catch (error) {
      this.#options.onProgress?.(
        `the output of step "${id}" cannot be followed: ${(error as Error).message}`,
      );
    }
  }

  async #deletePod({ metadata }: PodObject): Promise<void> {
    const { client, namespace } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata?.name}`;
    try {
      await retryPassing(() => client.request('DELETE', path));
    } catch (error) {
      if (!kubernetesNotFound.is(error) && this.#watch.lost === undefined) this.#crashed(error);
    }
  }

  /** Pods may still be bringing output when the last step has ended. */
  async #close(): Promise<void> {
    await this.#endStuck('Terminate').catch(() => undefined);
    await this.#until(() => this.#isOver);
    this.#closed.abort();
    this.#watcher.close();
    this.#watch.close();
    await this.#options.route.close();
  }
}

interface WorkflowPatience {
  readonly pendingSeconds: number;
  readonly imagePullSeconds: number;
  readonly awaySeconds: number;
}

/** As patient as the most patient step. */
function patienceOf(plan: Plan, { kubernetesOf }: FollowArgoOptions): WorkflowPatience {
  const all = allSteps(plan).map(kubernetesOf);
  return {
    pendingSeconds: Math.max(...all.map(({ pendingSeconds = 600 }) => pendingSeconds)),
    imagePullSeconds: Math.max(...all.map(({ imagePullSeconds = 90 }) => imagePullSeconds)),
    awaySeconds: Math.max(...all.map(({ awaySeconds = 600 }) => awaySeconds)),
  };
}
