import { availableParallelism } from 'node:os';
import { createUid } from '../core/id.ts';
import { parseParamText } from '../functions/parse-param-text.ts';
import { createStoreStepCache } from '../pipelines/cache/store-step-cache.ts';
import type { Pipeline } from '../pipelines/dsl/pipeline.ts';
import { type StepDefaults, withStepDefaults } from '../pipelines/dsl/step-defaults.ts';
import { createStepJob } from '../pipelines/engine/create-step-job.ts';
import { requireLocalSupport } from '../pipelines/engine/plan-capabilities.ts';
import type { PipelineEvent } from '../pipelines/pipeline-event.ts';
import type { CachePolicy, Plan } from '../pipelines/plan/plan.ts';
import { archivePlan, startOptions } from '../pipelines/resume/plan-archive.ts';
import { type RunPlanOptions, type StartedStep, type StepRun, startPlan } from '../pipelines/run-plan.ts';
import type { Job } from '../runtime/job.ts';
import type { KubernetesOptions } from '../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { RunRecord } from '../tracking/run.ts';
import { watchStopRequests } from '../tracking/stop-request.ts';
import { checkClusterSteps, stepKubernetes, stepRuntime } from './cluster/cluster-steps.ts';
import { collectSecrets } from './collect-secrets.ts';
import { declaredImage } from './declared-image.ts';
import type { NotificationRequest } from './notifications/notification-entry.ts';
import { startNotified } from './notifications/start-notified.ts';
import { hasContainers } from './runtime-options.ts';
import { submitJob } from './submit-job.ts';
import type { Workspace } from './workspace.ts';

export interface PipelineRequest extends NotificationRequest {
  /** uid of the run. One that exists is refused (`RUN_EXISTS`). @default a new one */
  readonly uid?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Texts of the command line, parsed by the parameters' schemas. */
  readonly paramTexts?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What drives the pipeline: this process, or Argo Workflows on a cluster. @default 'local' */
  readonly engine?: 'local' | 'argo';
  /** Runtime of steps that name none. @default the project's, else 'process' */
  readonly runtime?: string;
  /** Image of steps that name none and run in containers. @default the project's, else one built of the step's function */
  readonly image?: string;
  /** Network of steps that run in containers. @default none, or what a step's inputs need */
  readonly network?: string;
  /** How pods of steps look that run on a cluster; counts before what project, function and step say. */
  readonly kubernetes?: KubernetesOptions;
  /** `registry/name` that images built of steps are pushed under, for a cluster to pull. @default `image.name` of project.yaml */
  readonly imageName?: string;
  readonly onFailure?: 'stop' | 'continue';
  /** Workflow on the cluster that the run of `uid` has left, to be followed on instead of submitting another. */
  readonly takesUp?: { readonly name: string; readonly namespace: string };
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
  const { functions = [], cache: projectCache, kubernetes } = project.spec;
  return {
    project: {
      ...(projectCache === undefined ? {} : { cache: projectCache }),
      ...(kubernetes === undefined ? {} : { kubernetes }),
    },
    functions: Object.fromEntries(functions.map(({ name, options = {} }) => [name, options])),
    ...(cache === undefined ? {} : { cache }),
  };
}

/** Plans the pipeline and starts it on the engine that is asked for. */
export function startPipeline(
  workspace: Workspace,
  pipeline: Pipeline,
  request: PipelineRequest = {},
): Promise<StartedPipeline> {
  return startPipelinePlan(workspace, planPipeline(workspace, pipeline, request), request);
}

/** Starts a plan on the engine that is asked for. Secrets of all steps are looked up before the first one starts. */
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
  const { uid = createUid(), name, labels, parallelism, timeoutMs, signal, onEvent, followLogs } = request;
  if (request.engine === 'argo') {
    const { startArgoPipeline } = await import('./argo/start-argo-pipeline.ts');
    const named = { ...request, uid };
    return startNotified(workspace, uid, request, () => startArgoPipeline(workspace, plan, named, secrets));
  }
  requireLocalSupport(plan, true);
  await checkClusterSteps(workspace, steps, request);
  archivePlan(project.storeDirectory, { plan, ...startOptions(request) }, uid);
  // as many warm processes as there may be steps at once
  const { parallelism: atOnce } = plan.spec;
  const pooled = atOnce === undefined ? request : { ...request, parallelism: atOnce };
  const options: RunPlanOptions = {
    store,
    submitStep: (run, stepSignal) => submitStep(workspace, run, pooled, secrets, stepSignal),
    cache: createStoreStepCache({
      store,
      workingDirectory: project.root,
      imageOf: ({ step }) => declaredImage(workspace, step, request, stepRuntime(workspace, step, request)),
      mayBlock: ({ step }) => stepRuntime(workspace, step, request) === 'inline',
      settle: () => workspace.settle(),
    }),
    stopRequested: (uid, stopSignal) =>
      watchStopRequests(project.storeDirectory, project.name, uid, stopSignal),
    uid,
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
    ...(parallelism === undefined ? {} : { parallelism }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(followLogs === undefined ? {} : { followLogs }),
  };
  const running = await startNotified(workspace, uid, request, () => startPlan(plan, options));
  return { uid, plan, wait: () => running.wait(), abort: (reason) => running.abort(reason) };
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
  const { name, storeDirectory, root } = workspace.project;
  const place = { project: name, storeDirectory, workingDirectory: root };
  const runtime = stepRuntime(workspace, step, request);
  const kubernetes = runtime === 'kubernetes' ? stepKubernetes(step, request) : undefined;
  const job = {
    ...(hasContainers(runtime) ? containerDefaults(runtime, request) : {}),
    ...createStepJob(run, place),
    ...(kubernetes === undefined ? {} : { kubernetes }),
  };
  return submitJob(workspace, job, {
    runtime,
    ...(runtime !== 'kubernetes' || request.imageName === undefined || job.image !== undefined
      ? {}
      : { asked: { imageName: request.imageName } }),
    secrets: Object.fromEntries(names.map((name) => [name, secrets[name] ?? ''])),
    signal,
    ...(step.options.isolation === undefined ? {} : { isolation: step.options.isolation }),
    ...(step.sweep === undefined
      ? { poolSize: request.parallelism ?? availableParallelism() }
      : { sweep: step.sweep }),
  });
}

/** What the pipeline's run says of all containers; a step's own word counts before it. */
function containerDefaults(
  runtime: string,
  { image, network }: PipelineRequest,
): Pick<Job, 'image' | 'network'> {
  return {
    ...(image === undefined ? {} : { image }),
    ...(network === undefined || runtime === 'kubernetes' ? {} : { network }),
  };
}
