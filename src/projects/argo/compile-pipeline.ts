import { checkSupport } from '../../pipelines/argo/compile/check-support.ts';
import { compileArgo, distinctName } from '../../pipelines/argo/compile-argo.ts';
import type { ArgoOptions } from '../../pipelines/argo/compile-options.ts';
import {
  type ArgoSchedule,
  compileSchedule,
  compileTemplate,
} from '../../pipelines/argo/compile-schedule.ts';
import { imagesBy } from '../../pipelines/argo/images-by.ts';
import type { PodContext } from '../../pipelines/argo/pod-context.ts';
import { renderPlanDelivery } from '../../pipelines/argo/render-plan-delivery.ts';
import { clusterScheduleLabel } from '../../pipelines/argo/step-record.ts';
import type { CronWorkflow } from '../../pipelines/argo/workflow.ts';
import type { Plan } from '../../pipelines/plan/plan.ts';
import { runningSteps } from '../../pipelines/plan/plan-graph.ts';
import { archivePlan, startOptions } from '../../pipelines/resume/plan-archive.ts';
import { checkClusterSteps, stepKubernetes } from '../cluster/cluster-steps.ts';
import type { PipelineRequest } from '../start-pipeline.ts';
import { trackingAddressNeeded } from '../tracking/errors.ts';
import type { ProjectServer } from '../tracking/find-project-server.ts';
import type { Workspace } from '../workspace.ts';
import { declaredImagesOf, filesOfPlan, imagesOfSteps } from './argo-steps.ts';
import { clusterOf } from './cluster-of.ts';

export interface CompiledPipeline {
  /** What the pods are brought, then the workflow. */
  readonly objects: readonly object[];
  /** Name of the Secret that has to be there. */
  readonly secret: string;
  /** Keys that it has to have. */
  readonly keys: readonly string[];
  readonly namespace?: string;
}

/** What a plan becomes on a cluster: a workflow to create, a template to start it from, or a schedule. */
export type CompileForm = { readonly kind: 'workflow' | 'template' } | ScheduleForm;

interface ScheduleForm {
  readonly kind: 'schedule';
  readonly schedule: ArgoSchedule;
  /** What the objects are called that its pods are brought. @default as the pipeline and the schedule */
  readonly delivery?: string;
  /** Whether the Secret brings certificates. @default false */
  readonly certificates?: boolean;
}

/**
 * The objects by which a cluster runs a pipeline by itself: nobody has to follow it, its pods keep the record on the tracking server.
 * Images are built and pushed, so that what is given can run; the cluster itself is not asked.
 * @throws PLAN_NOT_SUPPORTED, TRACKING_ADDRESS_NEEDED without a tracking server, IMAGE_OPTIONS_INVALID, DELIVERY_TOO_LARGE
 */
export async function compilePipeline(
  workspace: Workspace,
  plan: Plan,
  request: PipelineRequest,
  form: CompileForm,
): Promise<CompiledPipeline> {
  const { delivered, options, ...compiled } = await prepare(workspace, plan, request, form);
  return { objects: [...delivered, render(plan, form, options)], ...compiled };
}

/** The same of a schedule, with what its pods are brought apart. */
export async function compileScheduled(
  workspace: Workspace,
  plan: Plan,
  request: PipelineRequest,
  form: ScheduleForm,
): Promise<{ readonly delivered: readonly object[]; readonly cronWorkflow: CronWorkflow }> {
  const { delivered, options } = await prepare(workspace, plan, request, form);
  return { delivered, cronWorkflow: compileSchedule(plan, form.schedule, options) };
}

interface Prepared extends Omit<CompiledPipeline, 'objects'> {
  readonly delivered: readonly object[];
  readonly options: ArgoOptions;
}

async function prepare(
  workspace: Workspace,
  plan: Plan,
  request: PipelineRequest,
  form: CompileForm,
): Promise<Prepared> {
  checkSupport(plan);
  const server = requireServer(workspace, plan);
  const steps = runningSteps(plan);
  await checkClusterSteps(workspace, steps, { ...request, runtime: 'kubernetes' });
  const { namespace } = clusterOf(steps, request);
  const [images, declaredImages, files] = await Promise.all([
    imagesOfSteps(workspace, plan, request),
    declaredImagesOf(workspace, plan, request),
    filesOfPlan(workspace, plan),
  ]);
  // so that a run of it can be resumed from here
  archivePlan(workspace.project.storeDirectory, { plan, ...startOptions({ ...request, engine: 'argo' }) });
  await workspace.settle();
  const secret = deliveryName(plan, form);
  const place = namespace === undefined ? {} : { namespace };
  const context = { files, declaredImages, images: Object.fromEntries(images), ...runContext(request, form) };
  const delivered = renderPlanDelivery(plan, context, { name: secret, ...place });
  const options: ArgoOptions = {
    ...place,
    delivery: secret,
    deliveryParts: delivered.length,
    trackingUrl: server.podUrl ?? server.url,
    imageOf: imagesBy(images),
    kubernetesOf: (step) => stepKubernetes(step, request) ?? {},
    ...(form.kind === 'schedule' && form.certificates ? { certificates: true } : {}),
    ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
  };
  const secrets = steps.flatMap((step) => step.options.secrets ?? []);
  return {
    delivered,
    options,
    secret,
    keys: ['tracking-token', ...[...new Set(secrets)].sort().map((one) => `secret.${one}`)],
    ...place,
  };
}

function requireServer({ server }: Workspace, { metadata }: Plan): ProjectServer {
  if (server !== undefined) return server;
  throw trackingAddressNeeded(
    `the pods of the pipeline "${metadata.name}" have no tracking server to bring their runs to`,
    {
      hint: 'name one: tracking.url in project.yaml, or --tracking-url; nobody of this machine is there when they run',
    },
  );
}

function deliveryName({ metadata: { name } }: Plan, form: CompileForm): string {
  if (form.kind !== 'schedule') return distinctName(name);
  return form.delivery ?? distinctName(`${name}-${form.schedule.name}`);
}

/** Name and labels of the runs, and what they replace. */
function runContext(
  { name, labels }: PipelineRequest,
  form: CompileForm,
): Pick<PodContext, 'name' | 'labels' | 'replaces'> {
  const named = name === undefined ? {} : { name };
  if (form.kind !== 'schedule') return { labels: { ...labels }, ...named };
  const { name: schedule, concurrencyPolicy } = form.schedule;
  return {
    labels: { ...labels, [clusterScheduleLabel]: schedule },
    ...(concurrencyPolicy === 'Replace' ? { replaces: schedule } : {}),
    ...named,
  };
}

function render(plan: Plan, form: CompileForm, options: ArgoOptions): object {
  switch (form.kind) {
    case 'workflow':
      return compileArgo(plan, options);
    case 'template':
      return compileTemplate(plan, options);
    case 'schedule':
      return compileSchedule(plan, form.schedule, options);
  }
}
