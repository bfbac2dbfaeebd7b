import { digestBytes } from '../../core/digest.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { allSteps, runningSteps } from '../plan/plan-graph.ts';
import { checkLimits } from './compile/check-limits.ts';
import { checkSupport } from './compile/check-support.ts';
import { LeafTemplates } from './compile/leaf-templates.ts';
import { scopeGraphs } from './compile/scope-graph.ts';
import { ScopeTemplates } from './compile/scope-templates.ts';
import { workflowLabels } from './compile/workflow-labels.ts';
import { type ArgoOptions, defaultServiceAccount, workflowTimeoutMs } from './compile-options.ts';
import { renderPodTask } from './pod-task.ts';
import type { LeafTemplate, Workflow, WorkflowSpec } from './workflow.ts';

/** Name of the template that a workflow begins with. */
const entrypoint = 'pipeline';
/** Characters of a workflow's name, which is the value of a label of its pods. */
const mostOfWorkflow = 63;
/** Characters of an object's name that leave room for what a cluster puts behind it. */
const mostOfName = 40;
/** Milliseconds that whoever follows a workflow has to end it in time, before Argo does. */
const spareMs = 60_000;

/**
 * The workflow that means what a plan means. Pure, and the same for equal plans. Its pods read the plan, the results of the steps before
 * and their own condition themselves; Argo is told what waits for what, and gets nothing but ids and literals.
 * @throws PLAN_NOT_SUPPORTED
 */
export function compileArgo(plan: Plan, options: ArgoOptions): Workflow {
  const { name, namespace } = options;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      ...(name === undefined ? { generateName: `${objectName(plan.metadata.name)}-` } : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      labels: workflowLabels(plan, options),
      annotations: { 'slipway.run/name': plan.metadata.name },
    },
    spec: compileSpec(plan, options),
  };
}

/** What a workflow, a template of workflows and a schedule have in common. */
export function compileSpec(plan: Plan, options: ArgoOptions): WorkflowSpec {
  checkSupport(plan);
  const leaves = new LeafTemplates(plan, options);
  const scopes = new ScopeTemplates(plan, scopeGraphs(plan), leaves).render(entrypoint);
  const exit = renderExit(plan, options, leaves);
  const templates = [...scopes, ...(exit === undefined ? [] : [exit]), ...leaves.render()];
  checkLimits(plan, templates);
  const account = options.serviceAccount ?? defaultServiceAccount;
  const pullSecrets = pullSecretsOf(plan, options);
  const { run } = options;
  const timeoutMs = workflowTimeoutMs(options);
  return {
    entrypoint,
    ...(exit === undefined ? {} : { onExit: exit.name }),
    serviceAccountName: account,
    automountServiceAccountToken: false,
    executor: { serviceAccountName: account },
    ...(timeoutMs === undefined
      ? {}
      : { activeDeadlineSeconds: Math.ceil((timeoutMs + (run === undefined ? 0 : spareMs)) / 1000) }),
    ...(plan.spec.parallelism === undefined ? {} : { parallelism: plan.spec.parallelism }),
    ttlStrategy: { secondsAfterCompletion: options.ttlSeconds ?? 3600 },
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets }),
    templates,
  };
}

/**
 * The pod that runs the exit step and, where nobody follows the workflow who would, says how the pipeline ended. It is one pod and no
 * graph: those Argo ends with a workflow that is stopped.
 */
function renderExit(plan: Plan, { run }: ArgoOptions, leaves: LeafTemplates): LeafTemplate | undefined {
  const { onExit } = plan.spec;
  // only steps that run have an image
  const last = onExit ?? (run === undefined ? runningSteps(plan)[0] : undefined);
  if (last === undefined) return undefined;
  const tell = { flags: [], lists: [] };
  const task =
    onExit === undefined
      ? ({ kind: 'finish', id: '', tell } as const)
      : ({ kind: 'exit', id: onExit.id, tell } as const);
  return leaves.renderExit('on-exit', last, renderPodTask(task).do);
}

function pullSecretsOf(plan: Plan, { kubernetesOf }: ArgoOptions): readonly { readonly name: string }[] {
  const named = (step: PlanStep): readonly string[] => kubernetesOf?.(step).imagePullSecrets ?? [];
  return [...new Set(allSteps(plan).flatMap(named))].sort().map((name) => ({ name }));
}

/** Name of the workflow of a pipeline's run. */
export function workflowName(pipeline: string, uid: string): string {
  return `${objectName(pipeline, mostOfWorkflow - uid.length - 1)}-${uid}`;
}

/** Text as the whole of an object's name: what is cut off is told apart by its digest. */
export function distinctName(text: string): string {
  const whole = objectName(text, Number.POSITIVE_INFINITY);
  if (whole.length <= mostOfName) return whole;
  const mark = digestBytes(text).slice(-8);
  return `${objectName(text, mostOfName - mark.length - 1)}-${mark}`;
}

/** Text as (the beginning of) an object's name, with room for what else a cluster puts behind it. */
export function objectName(text: string, longest: number = mostOfName): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'pipeline' : plain;
}
