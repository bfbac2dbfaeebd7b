import type { V1PodSpec } from '@kubernetes/client-node';
import { stepCommand } from '../../../functions/image/layers/image-layout.ts';
import { agentExit } from '../../../runtime/agent/agent-exit.ts';
import { deliveryFiles, secretFilePrefix } from '../../../runtime/agent/delivery-files.ts';
import { createJob } from '../../../runtime/create-job.ts';
import type { Job } from '../../../runtime/job.ts';
import { renderPod } from '../../../runtime/kubernetes/manifest/render-pod.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import type { ArgoOptions } from '../compile-options.ts';
import { decisionsFolder } from '../decisions-folder.ts';
import { killedExitCode } from '../last-pod.ts';
import { deliveryPart } from '../render-plan-delivery.ts';
import type { LeafTemplate, Parameter, RetryStrategy } from '../workflow.ts';
import type { Decisions } from './decisions.ts';
import { lastPodVariable, podVariables, withVariables } from './pod-variables.ts';
import { workflowLabels } from './workflow-labels.ts';

interface LeafClass {
  readonly name: string;
  readonly step: PlanStep;
  flags: number;
  lists: number;
  /** Attempts after the first that a step of it has at most. */
  retries: number;
}

/** One template for all steps whose pods look the same: what tells steps apart comes as parameters. */
export class LeafTemplates {
  readonly #plan: Plan;
  readonly #options: ArgoOptions;
  readonly #classes = new Map<string, LeafClass>();

  constructor(plan: Plan, options: ArgoOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  /** Name of the template for a step that tells so many decisions. */
  nameFor(step: PlanStep, { flags, lists }: Decisions): string {
    const { resources, timeoutMs, secrets } = step.options;
    const { imageOf, kubernetesOf } = this.#options;
    const retries = step.options.retry?.retries ?? 0;
    // a sweep tries its trials again itself
    const podRetries = step.sweep === undefined ? retries : 0;
    const key = JSON.stringify([
      imageOf(step),
      resources ?? {},
      timeoutMs === undefined ? null : attemptsMs(timeoutMs, retries),
      podRetries > 0,
      [...(secrets ?? [])].sort(),
      kubernetesOf?.(step) ?? {},
    ]);
    const known = this.#classes.get(key) ?? {
      name: `pod-${this.#classes.size + 1}`,
      step,
      flags: 0,
      lists: 0,
      retries: 0,
    };
    this.#classes.set(key, known);
    known.flags = Math.max(known.flags, flags.length);
    known.lists = Math.max(known.lists, lists.length);
    known.retries = Math.max(known.retries, podRetries);
    return known.name;
  }

  render(): readonly LeafTemplate[] {
    return [...this.#classes.values()].map((leaf) => this.#render(leaf));
  }

  /** The pod that an exit handler is: what it does is written into it, and it is not tried again. */
  renderExit(name: string, step: PlanStep, task: string): LeafTemplate {
    const { retryStrategy: _retry, ...leaf } = this.#render({ name, step, flags: 0, lists: 0, retries: 0 });
    const [, ...others] = leaf.inputs.parameters;
    return { ...leaf, inputs: { parameters: [{ name: 'do', default: task }, ...others] } };
  }

  #render({
    name,
    step,
    flags,
    lists,
    retries,
  }: LeafClass): LeafTemplate & Required<Pick<LeafTemplate, 'retryStrategy'>> {
    const { imageOf, kubernetesOf } = this.#options;
    const options = kubernetesOf?.(step) ?? {};
    const image = imageOf(step);
    const { spec } = renderPod({ job: this.#jobOf(step), options, image, command: stepCommand });
    const { containers, volumes = [], securityContext, ...rest } = spec ?? { containers: [] };
    const [main] = containers;
    const { affinity, nodeSelector, tolerations, priorityClassName, ...patched } = rest;
    const own = { ...podVariables(this.#options), ...(retries === 0 ? {} : lastPodVariable) };
    const delivery = deliveryVolume(this.#options, step.options.secrets ?? []);
    const outputs = renderOutputs(flags, lists);
    return {
      name,
      inputs: { parameters: [{ name: 'do' }, { name: 'at', default: '' }, { name: 'tell', default: '' }] },
      ...(outputs.length === 0 ? {} : { outputs: { parameters: outputs } }),
      metadata: {
        labels: { ...options.labels, ...workflowLabels(this.#plan, this.#options) },
        annotations: {
          ...options.annotations,
          'kubectl.kubernetes.io/default-container': 'main',
          'slipway.run/task': '{{inputs.parameters.do}}',
          'slipway.run/at': '{{inputs.parameters.at}}',
        },
      },
      ...deadline(step),
      retryStrategy: retryStrategy(retries),
      podSpecPatch: JSON.stringify(patchedFields(patched)),
      ...(affinity === undefined ? {} : { affinity }),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(tolerations === undefined ? {} : { tolerations }),
      ...(priorityClassName === undefined ? {} : { priorityClassName }),
      ...(securityContext === undefined ? {} : { securityContext }),
      volumes: [...volumes, delivery.volume],
      container: {
        ...(main ?? { name: 'main' }),
        args: ['{{inputs.parameters.do}}', '{{inputs.parameters.at}}', '{{inputs.parameters.tell}}'],
        env: withVariables(main?.env ?? [], own),
        volumeMounts: [...(main?.volumeMounts ?? []), delivery.mount],
      },
    };
  }

  /** What of a step the pod's look depends on. */
  #jobOf(step: PlanStep): Job {
    const called = this.#plan.spec.functions[step.function];
    const { name = step.function, handler = '', handlerSpec } = called ?? {};
    return createJob({
      uid: this.#options.run ?? '',
      project: this.#plan.metadata.project,
      storeDirectory: '',
      workingDirectory: '',
      function: { name, handler },
      handler: handlerSpec ?? { name: handler, parameters: [], results: [], acceptsUnknown: true },
      name: this.#plan.metadata.name,
      resources: step.options.resources ?? {},
    });
  }
}

/** How often a pod is replaced that the cluster took away. */
const replacements = 2;

/**
 * Pods that the cluster took away, or that could not reach the tracking server, are tried again; what failed by itself is not. A pod that
 * was killed as a whole for its memory could not try again itself: the next one counts that as a failed attempt, and tells whether
 * another one follows.
 */
function retryStrategy(retries: number): RetryStrategy {
  const reasons = [
    "lastRetry.status == 'Error'",
    `asInt(lastRetry.exitCode) == ${agentExit.unreported}`,
    ...(retries === 0 ? [] : [`lastRetry.message contains 'OOMKilled (exit code ${killedExitCode})'`]),
  ];
  return {
    limit: String(replacements + retries),
    retryPolicy: 'Always',
    expression: reasons.join(' || '),
    // no longest duration: it would count from the first pod on, and end the last one
    backoff: { duration: '2s', factor: '2', cap: '1m' },
  };
}

/** All attempts of a step, with the waits between them. */
function attemptsMs(timeoutMs: number, retries: number): number {
  return timeoutMs * (retries + 1);
}

/** The step's own timeout is kept in the pod, attempt by attempt; this ends a pod that does not keep it. */
function deadline({ options }: PlanStep): { activeDeadlineSeconds?: number } {
  const { timeoutMs, retry } = options;
  if (timeoutMs === undefined) return {};
  const retries = retry?.retries ?? 0;
  const waits = retries * (retry?.maxDelayMs ?? (retry?.delayMs ?? 1000) * 2 ** Math.min(retries, 10));
  return { activeDeadlineSeconds: Math.ceil((attemptsMs(timeoutMs, retries) + waits) / 1000) + 300 };
}

/** Pod fields that a template has no place for; what Argo decides itself is left to it. */
function patchedFields({
  restartPolicy: _restart,
  serviceAccountName: _account,
  automountServiceAccountToken: _token,
  imagePullSecrets: _secrets,
  activeDeadlineSeconds: _deadline,
  ...fields
}: Omit<V1PodSpec, 'containers'>): object {
  return fields;
}

function renderOutputs(flags: number, lists: number): readonly Parameter[] {
  const place = (kind: 'flag' | 'list', number: number, fallback: string): Parameter => ({
    name: `${kind}-${number}`,
    valueFrom: { path: `${decisionsFolder}/${kind}-${number}`, default: fallback },
  });
  return [
    ...Array.from({ length: flags }, (_, at) => place('flag', at + 1, 'true')),
    ...Array.from({ length: lists }, (_, at) => place('list', at + 1, '[]')),
  ];
}

function deliveryVolume(
  { delivery: name, deliveryParts = 1, certificates }: ArgoOptions,
  secrets: readonly string[],
): {
  readonly volume: NonNullable<LeafTemplate['volumes']>[number];
  readonly mount: { readonly name: string; readonly mountPath: string; readonly readOnly: true };
} {
  const keys = [
    deliveryFiles.token,
    ...(certificates ? [deliveryFiles.certificates] : []),
    ...[...secrets].sort().map((one) => `${secretFilePrefix}${one}`),
  ];
  return {
    volume: {
      name: 'delivery',
      projected: {
        defaultMode: 0o440,
        sources: [
          ...Array.from({ length: deliveryParts }, (_, index) => ({
            configMap: { name: deliveryPart(name, index) },
          })),
          { secret: { name, items: keys.map((key) => ({ key, path: key })) } },
        ],
      },
    },
    mount: { name: 'delivery', mountPath: '/run/slipway', readOnly: true },
  };
}
