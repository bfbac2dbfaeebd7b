import { isSlipwayError, reviveError } from './core/error.ts';
import type { Json } from './core/json.ts';
import type { RichOutput } from './core/rich-output.ts';
import { currentWorkspace } from './current-workspace.ts';
import { renderParameter } from './functions/render-doc.ts';
import type { RunTracker } from './notebooks/display/run/run-tracker.ts';
import { detectKernel } from './notebooks/kernel.ts';
import { pipelineRunRequest } from './pipeline-run-request.ts';
import {
  pipeline as createPipeline,
  type Pipeline,
  type PipelineBody,
  type PipelineOptions,
} from './pipelines/dsl/pipeline.ts';
import type { ReferenceTo } from './pipelines/dsl/reference.ts';
import type { PipelineEvent } from './pipelines/pipeline-event.ts';
import { orderSteps } from './pipelines/plan/order-steps.ts';
import type { Plan } from './pipelines/plan/plan.ts';
import { allSteps, dependenciesOf } from './pipelines/plan/plan-graph.ts';
import { renderPipelineReport } from './pipelines/render/render-pipeline-report.ts';
import type { NotificationEntry } from './projects/notifications/notification-entry.ts';
import type { PipelineRequest } from './projects/start-pipeline.ts';
import type { Workspace } from './projects/workspace.ts';
import { cardOf, createRunHandle, type RunHandle } from './run-handle.ts';
import { isShown, runInCell } from './run-in-cell.ts';
import type { KubernetesOptions } from './runtime/kubernetes/manifest/kubernetes-options.ts';
import { showAs } from './show-as.ts';
import type { StepRecord } from './tracking/run.ts';

export interface PipelineRunOptions<Params> {
  readonly params?: Partial<Params>;
  /** Name of the run. @default the pipeline's */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * What drives the pipeline: this process, or Argo Workflows on the cluster, where every step is a pod.
   * @default as the environment's SLIPWAY_ENGINE says, else that of the run to resume, else 'local'
   */
  readonly engine?: 'local' | 'argo';
  /** Runtime of steps that name none. @default that of the run to resume, else the project's, else 'inline' in notebooks, 'process' elsewhere */
  readonly runtime?: string;
  /** Image of steps in containers that name none. @default that of project.yaml, else one built of the step's function */
  readonly image?: string;
  /** `registry/name` that images built of steps are pushed under, for a cluster to pull. @default `image.name` of project.yaml */
  readonly imageName?: string;
  /** Which cluster, and how pods of steps look on it; counts before what project, function and step say. */
  readonly kubernetes?: KubernetesOptions;
  /** Network of steps in containers. @default none, or what a step's inputs need */
  readonly network?: string;
  readonly onFailure?: 'stop' | 'continue';
  /** Caching of steps that say nothing about it; `off` also of those that do. @default as project.yaml says, else off */
  readonly cache?: 'off' | 'on' | 'read' | 'write';
  /** Steps at once. @default the pipeline's, else the number of cores */
  readonly parallelism?: number;
  /** Milliseconds for the whole pipeline. */
  readonly timeoutMs?: number;
  /** uid of an earlier run of this pipeline to go on with: what it completed, with the same code, params and inputs, is not repeated. */
  readonly resume?: string;
  /** Go on with exactly the plan of the run to resume, whatever the code is now. @default false */
  readonly asPlanned?: boolean;
  /** Do not look for what the run to resume has left on its cluster: that cluster is gone for good. @default false */
  readonly abandon?: boolean;
  /** Run this step and all that depends on it; the outputs of the others come from an earlier run. */
  readonly from?: string;
  /** Run this step alone; what it needs comes from an earlier run. */
  readonly only?: string;
  /** Run this step and all that it depends on. */
  readonly until?: string;
  /** uid of the run that `from` and `only` take outputs from. @default the latest that has them */
  readonly of?: string;
  /** Whom to tell of the run, beside those that project.yaml names. What cannot be sent never changes the run. */
  readonly notifications?: readonly NotificationEntry[];
  readonly signal?: AbortSignal;
  /** Called for every step that starts or ends, every trial, every line of output. */
  readonly onEvent?: (event: PipelineEvent) => void;
  /** Throw when the pipeline did not complete. @default true */
  readonly throwOnFailure?: boolean;
}

/** Values of a pipeline's outputs: each reference as what it stands for; artifacts as their URIs. */
export type PipelineValues<Outputs> = {
  readonly [Key in keyof Outputs]: Outputs[Key] extends ReferenceTo<infer Value>
    ? Value extends { readonly slipwayType: 'data-item' }
      ? string
      : Value
    : Outputs[Key];
};

/** A pipeline run that has ended. */
export interface PipelineRunHandle<Outputs = Readonly<Record<string, Json>>>
  extends Omit<RunHandle<Outputs>, 'iterations' | 'bestIteration'> {
  /** Every step of the plan: completed, failed, skipped and never started. */
  readonly steps: readonly StepRecord[];
  readonly outputs: PipelineValues<Outputs>;
}

/** A pipeline that can be run here. */
export interface PipelineHandle<Params = Readonly<Record<string, unknown>>, Outputs = unknown>
  extends Pipeline<Params, Outputs> {
  run(options?: PipelineRunOptions<Params>): Promise<PipelineRunHandle<Outputs>>;
}

/**
 * Declares a pipeline: calling functions inside the body adds steps and gives typed references to their outputs; `run`
 * executes it, `plan` shows it as JSON.
 *
 * @example
 * const p = pipeline('train', (_p, { depth = 4 }: { depth?: number }) => {
 *   const d = getData({});
 *   const m = train({ data: d.dataset, depth });
 *   return { accuracy: m.accuracy };
 * });
 * const run = await p.run({ params: { depth: 6 } });
 */
export function pipeline<Params = Readonly<Record<string, unknown>>, Outputs = unknown>(
  name: string,
  body: PipelineBody<Params, Outputs>,
  options?: PipelineOptions,
): PipelineHandle<Params, Outputs> {
  const value = createPipeline(name, body, options);
  const run = (runOptions: PipelineRunOptions<Params> = {}): Promise<PipelineRunHandle<Outputs>> =>
    runPipeline(value, runOptions);
  const text = (): string => renderPipeline(value as Pipeline);
  return showAs(Object.assign(value, { run }), text, {
    output: () => pipelineOutput(value as Pipeline, text()),
  });
}

/** The steps as a graph, where they can be told without params. */
async function pipelineOutput(value: Pipeline, text: string): Promise<RichOutput> {
  const { stepsOutput } = await import('./notebooks/display/card/steps-output.ts');
  return stepsOutput(value.name, text, plannedSteps(value));
}

function plannedSteps(
  value: Pipeline,
): readonly { readonly id: string; readonly dependencies: readonly string[] }[] {
  try {
    return graphOf(value.plan({}));
  } catch (error) {
    // a pipeline whose params have no defaults has no plan yet
    if (isSlipwayError(error)) return [];
    throw error;
  }
}

const graphOf = (plan: Plan): readonly { readonly id: string; readonly dependencies: readonly string[] }[] =>
  allSteps(plan).map((step) => ({ id: step.id, dependencies: dependenciesOf(step) }));

/** `pipeline train({ depth?: number = 4 })` */
function renderPipeline({ name, parameters, description }: Pipeline): string {
  const head = `pipeline ${name}(${parameters.length === 0 ? '' : `{ ${parameters.map(renderParameter).join(', ')} }`})`;
  return description === undefined ? head : `${head}\n  ${description}`;
}

async function runPipeline<Params, Outputs>(
  value: Pipeline<Params, Outputs>,
  options: PipelineRunOptions<Params>,
): Promise<PipelineRunHandle<Outputs>> {
  const [workspace, { startPipelinePlan }, { planRun }] = await Promise.all([
    currentWorkspace(),
    import('./projects/start-pipeline.ts'),
    import('./projects/plan-run.ts'),
  ]);
  const { throwOnFailure = true, signal, onEvent } = options;
  const asked = pipelineRunRequest(options, workspace.env);
  const { plan, request, notes } = await planRun(workspace, value as Pipeline, asked.request, asked.part);
  for (const note of notes) workspace.onProgress?.(note);
  const record = await runInCell({
    workspace,
    signal,
    start: (stop, tracker) =>
      startPipelinePlan(workspace, plan, {
        ...withRuntime(workspace, request),
        ...(onEvent === undefined && tracker === undefined
          ? {}
          : { followLogs: true, onEvent: tellBoth(onEvent, tracker) }),
        ...(stop === undefined ? {} : { signal: stop }),
      }),
    render: renderPipelineReport,
  });
  if (record.state !== 'completed' && throwOnFailure)
    throw reviveError(
      record.error ?? {
        code: 'RUN_FAILED',
        kind: 'failed',
        message: `pipeline "${record.name}" ended as ${record.state}`,
      },
    );
  const handle = createRunHandle<Outputs>(workspace.store, record);
  const run = Object.assign(handle, {
    steps: orderSteps(record.steps ?? []),
    outputs: (record.outputs ?? {}) as PipelineValues<Outputs>,
  });
  const isAbove = (): boolean => isShown(record);
  return showAs(
    run,
    () => (isAbove() ? `pipeline run ${record.uid}, shown above` : renderPipelineReport(record)),
    { output: () => cardOf(workspace.store, record, renderPipelineReport), isShown: isAbove },
  );
}

/** Says where steps run that say nothing themselves, for the engine that asks. */
function withRuntime({ project }: Workspace, request: PipelineRequest): PipelineRequest {
  const { engine, runtime = project.spec.runtime } = request;
  if (engine === 'argo') return request;
  return { ...request, runtime: runtime ?? (detectKernel() === undefined ? 'process' : 'inline') };
}

type Listener = (event: PipelineEvent) => void;

/** The caller's listener and the card, whichever there is. */
function tellBoth(listener: Listener | undefined, tracker: RunTracker | undefined): Listener {
  return (event) => {
    if (tracker !== undefined) track(tracker, event);
    listener?.(event);
  };
}

/** What the card of a pipeline shows beside its journal: how the steps hang together, their output and trials. */
function track(tracker: RunTracker, event: PipelineEvent): void {
  switch (event.type) {
    case 'started':
      tracker.plan({ steps: graphOf(event.plan) });
      return;
    case 'log':
      tracker.stepLog(event.step, event.chunk.stream, event.chunk.text);
      return;
    case 'trial':
      tracker.stepTrial(event.step);
      return;
    case 'step':
    case 'attempt':
    case 'ended':
      return;
  }
}
