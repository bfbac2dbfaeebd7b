import { availableParallelism } from 'node:os';
import type { Json } from '../core/json.ts';
import { parseParamText } from '../functions/parse-param-text.ts';
import { createFileStepCache } from '../pipelines/cache/file-step-cache.ts';
import type { Pipeline } from '../pipelines/dsl/pipeline.ts';
import { type StepDefaults, withStepDefaults } from '../pipelines/dsl/step-defaults.ts';
import { requireLocalSupport } from '../pipelines/engine/plan-capabilities.ts';
import type { PipelineEvent } from '../pipelines/pipeline-event.ts';
import type { CachePolicy, Plan } from '../pipelines/plan/plan.ts';
import { archivePlan } from '../pipelines/resume/plan-archive.ts';
import { type StartedStep, type StepRun, startPlan } from '../pipelines/run-plan.ts';
import { createJob } from '../runtime/create-job.ts';
import type { Job } from '../runtime/job.ts';
import type { RunRecord } from '../tracking/run.ts';
import { watchStopRequests } from '../tracking/stop-request.ts';
import { collectSecrets } from './collect-secrets.ts';
import { hasContainers } from './runtime-options.ts';
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
  /** Image of steps that name none and run in containers. @default the project's, else one built of the step's function */
  readonly image?: string;
  /** Network of steps that run in containers. @default none, or what a step's inputs need */
  readonly network?: string;
  readonly onFailure?: 'stop' | 'continue';
  /** Caching of steps that say nothing about it; `off` also of those that do. @default as project.yaml says, else off */
  readonly cache?: CachePolicy['mode'];
  /** Name in project.yaml, or file relative to the project, that the pipeline can be planned again from. */
  readonly source?: string;
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
  const parameters = new Map(pipeline.parameters.map((parameter) => [parameter.name, parameter]));
  const texts = Object.entries(request.paramTexts ?? {}).map(([key, text]) => [
    key,
    parseParamText(parameters.get(key), text),
  ]);
  const project = Object.entries(workspace.project.spec.params ?? {}).filter(([key]) => parameters.has(key));
  const plan = pipeline.plan(
    { ...Object.fromEntries(project), ...request.params, ...Object.fromEntries(texts) },
    {
      project: workspace.project.name,
      ...(request.onFailure === undefined ? {} : { onFailure: request.onFailure }),
    },
  );
  return withStepDefaults(plan, stepDefaults(workspace, request));
}

/** What project.yaml says of all steps and of those that call one of its functions. */
function stepDefaults({ project }: Workspace, { cache }: PipelineRequest): StepDefaults {
  const { functions = [], cache: projectCache } = project.spec;
  return {
    ...(projectCache === undefined ? {} : { project: { cache: projectCache } }),
    functions: Object.fromEntries(functions.map(({ name, options = {} }) => [name, options])),
    ...(cache === undefined ? {} : { cache }),
  };
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
  given: Plan,
  request: PipelineRequest,
): Promise<StartedPipeline> {
  const plan = withParallelism(given, request.parallelism);
  const steps = [...plan.spec.steps, ...(plan.spec.onExit === undefined ? [] : [plan.spec.onExit])];
  const names = steps.flatMap((step) => step.options.secrets ?? []);
  const secrets = collectSecrets(workspace, names);
  const { store, project } = workspace;
  const { name, labels, parallelism, timeoutMs, signal, onEvent, followLogs } = request;
  requireLocalSupport(plan, true);
  const { source, runtime } = request;
  archivePlan(project.storeDirectory, {
    plan,
    ...(source === undefined ? {} : { source }),
    ...(runtime === undefined ? {} : { runtime }),
  });
  // as many warm processes as there may be steps at once
  const { parallelism: atOnce } = plan.spec;
  const pooled = atOnce === undefined ? request : { ...request, parallelism: atOnce };
  const running = startPlan(plan, {
    store,
    submitStep: (run, stepSignal) => submitStep(workspace, run, pooled, secrets, stepSignal),
    cache: createFileStepCache({
      storeDirectory: project.storeDirectory,
      store,
      pipeline: plan.metadata.name,
      workingDirectory: project.root,
    }),
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

/** As many steps at once as asked for, also when the run is resumed. */
function withParallelism(plan: Plan, parallelism: number | undefined): Plan {
  return parallelism === undefined ? plan : { ...plan, spec: { ...plan.spec, parallelism } };
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
  const runtime = step.options.runtime ?? request.runtime ?? workspace.project.spec.runtime ?? 'process';
  const job = { ...(hasContainers(runtime) ? containerDefaults(request) : {}), ...stepJob(workspace, run) };
  return submitJob(workspace, job, {
    runtime,
    secrets: Object.fromEntries(names.map((name) => [name, secrets[name] ?? ''])),
    signal,
    ...(step.options.isolation === undefined ? {} : { isolation: step.options.isolation }),
    ...(step.sweep === undefined
      ? { poolSize: request.parallelism ?? availableParallelism() }
      : { sweep: step.sweep }),
  });
}

/** What the pipeline's run says of all containers; a step's own word counts before it. */
function containerDefaults({ image, network }: PipelineRequest): Pick<Job, 'image' | 'network'> {
  return { ...(image === undefined ? {} : { image }), ...(network === undefined ? {} : { network }) };
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
    ...(options.image === undefined ? {} : { image: options.image }),
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
