import type { Json } from '../core/json.ts';
import { parseParamText } from '../functions/parse-param-text.ts';
import { planNotSupported } from '../pipelines/errors.ts';
import type { Pipeline } from '../pipelines/pipeline.ts';
import type { PipelineEvent } from '../pipelines/pipeline-event.ts';
import type { Plan } from '../pipelines/plan.ts';
import { type StartedStep, type StepRun, startPlan } from '../pipelines/run-plan.ts';
import { createJob } from '../runtime/create-job.ts';
import type { Job } from '../runtime/job.ts';
import type { RunRecord } from '../tracking/run.ts';
import { watchStopRequests } from '../tracking/stop-request.ts';
import { collectSecrets } from './collect-secrets.ts';
import { submitJob } from './submit-job.ts';
import type { Workspace } from './workspace.ts';

export interface PipelineRequest {
  readonly params?: Readonly<Record<string, unknown>>;
  /** Texts of the command line, parsed by the parameters' schemas. */
  readonly paramTexts?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Runtime of steps that name none. @default the project's, else 'process' */
  readonly runtime?: string;
  readonly onFailure?: 'stop' | 'continue';
  readonly parallelism?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: PipelineEvent) => void;
  /** Also pass on the steps' output as events. @default false */
  readonly followLogs?: boolean;
}

/** A pipeline run under way. */
export interface StartedPipeline {
  readonly uid: string;
  readonly plan: Plan;
  wait(): Promise<RunRecord>;
  abort(reason: string): Promise<void>;
}

/** The plan of a pipeline for these parameters; throws what is wrong with them or with the pipeline. */
export function planPipeline(workspace: Workspace, pipeline: Pipeline, request: PipelineRequest): Plan {
  refuseCache(workspace);
  const parameters = new Map(pipeline.parameters.map((parameter) => [parameter.name, parameter]));
  const texts = Object.entries(request.paramTexts ?? {}).map(([key, text]) => [
    key,
    parseParamText(parameters.get(key), text),
  ]);
  const project = Object.entries(workspace.project.spec.params ?? {}).filter(([key]) => parameters.has(key));
  return pipeline.plan(
    { ...Object.fromEntries(project), ...request.params, ...Object.fromEntries(texts) },
    {
      project: workspace.project.name,
      ...(request.onFailure === undefined ? {} : { onFailure: request.onFailure }),
    },
  );
}

/** A setting that would have no effect is refused, never ignored. */
function refuseCache({ project }: Workspace): void {
  const mode = project.spec.cache?.mode ?? 'off';
  if (mode !== 'off')
    throw planNotSupported(
      `project "${project.name}" asks for caching (cache.mode "${mode}"), which no engine can do yet`,
      {
        hint: 'take "cache" out of project.yaml, or set its mode to "off"',
      },
    );
}

/** Plans the pipeline and starts it on the local engine. */
export function startPipeline(
  workspace: Workspace,
  pipeline: Pipeline,
  request: PipelineRequest = {},
): Promise<StartedPipeline> {
  return startPipelinePlan(workspace, planPipeline(workspace, pipeline, request), request);
}

/** Starts a plan on the local engine. Secrets of all steps are looked up before the first one starts. */
export async function startPipelinePlan(
  workspace: Workspace,
  plan: Plan,
  request: PipelineRequest,
): Promise<StartedPipeline> {
  const steps = [...plan.spec.steps, ...(plan.spec.onExit === undefined ? [] : [plan.spec.onExit])];
  const names = steps.flatMap((step) => step.options.secrets ?? []);
  const secrets = collectSecrets(workspace, names);
  const { store, project } = workspace;
  const { name, labels, parallelism, timeoutMs, signal, onEvent, followLogs } = request;
  const running = startPlan(plan, {
    store,
    submitStep: (run, stepSignal) => submitStep(workspace, run, request, secrets, stepSignal),
    stopRequested: (uid, stopSignal) =>
      watchStopRequests(project.storeDirectory, project.name, uid, stopSignal),
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
    ...(parallelism === undefined ? {} : { parallelism }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(followLogs === undefined ? {} : { followLogs }),
  });
  return { uid: running.uid, plan, wait: () => running.wait(), abort: (reason) => running.abort(reason) };
}

function submitStep(
  workspace: Workspace,
  run: StepRun,
  request: PipelineRequest,
  secrets: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<StartedStep> {
  const { step } = run;
  const names = step.options.secrets ?? [];
  return submitJob(workspace, stepJob(workspace, run), {
    runtime: step.options.runtime ?? request.runtime ?? workspace.project.spec.runtime ?? 'process',
    secrets: Object.fromEntries(names.map((name) => [name, secrets[name] ?? ''])),
    signal,
    ...(step.options.isolation === undefined ? {} : { isolation: step.options.isolation }),
    ...(step.sweep === undefined ? {} : { sweep: step.sweep }),
  });
}

function stepJob(workspace: Workspace, run: StepRun): Job {
  const { step, function: called } = run;
  const { options } = step;
  return createJob({
    name: run.id,
    project: workspace.project.name,
    runKind: step.sweep ? 'sweep' : 'step',
    storeDirectory: workspace.project.storeDirectory,
    workingDirectory: workspace.project.root,
    function: {
      name: called.name,
      handler: called.handler,
      digest: called.digest,
      ...(called.source === undefined ? {} : { source: called.source }),
    },
    handler: called.handlerSpec,
    ...(called.bundleDirectory === undefined ? {} : { bundleDirectory: called.bundleDirectory }),
    params: run.params as Readonly<Record<string, Json>>,
    inputs: run.inputs,
    labels: options.labels ?? {},
    env: options.env ?? {},
    secretNames: options.secrets ?? [],
    resources: options.resources ?? {},
    retry: options.retry ?? { retries: 0 },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    parent: run.pipelineRun,
    step: run.id,
  });
}
