import type { V1Job, V1JobSpec, V1PodFailurePolicy } from '@kubernetes/client-node';
import { agentExit } from '../../agent/agent-exit.ts';
import { invalidKubernetesOptions } from '../errors.ts';
import { applyPatch } from './job-patch.ts';
import type { IndexedPods, JobRequest } from './job-request.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';
import { annotationKeys, jobName, labelKeys, runLabels } from './object-name.ts';
import { mainContainer, renderPod } from './render-pod.ts';
import { jobDeadlineSeconds, ttlSeconds } from './time-limits.ts';

/** Exit codes of the runner that another attempt would end with as well: bad configuration, bad input, bundle that does not load. */
const permanentExitCodes = [64, 65, 66];
/** The agent of a trial makes all attempts itself: after an error of user code, too, there is none left. */
export const lastExitCodes: readonly number[] = [1, ...permanentExitCodes];

/**
 * The Job of one attempt of a run. Pure: the same request renders the same manifest, so creating it twice is harmless.
 * @throws INVALID_KUBERNETES_OPTIONS
 */
export function renderJob(request: JobRequest): V1Job {
  const { job, options, image, store, submitter } = request;
  if (!/@sha256:[0-9a-f]{64}$/.test(image))
    throw invalidKubernetesOptions(`image "${image}" of run "${job.name}" is not named by its digest`, {
      hint: 'a tag can change between two pods of a run: use registry/name@sha256:…',
    });
  const { namespace } = options;
  const manifest: V1Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(job),
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        ...options.labels,
        ...runLabels(job),
        ...(store === undefined ? {} : { [labelKeys.store]: store }),
      },
      annotations: {
        [annotationKeys.name]: job.name,
        ...options.annotations,
        ...(submitter === undefined ? {} : { [annotationKeys.submitter]: JSON.stringify(submitter) }),
      },
    },
    spec: renderJobSpec(request),
  };
  const patched = applyPatch(manifest, options.patch);
  refuseHostAccess(patched, options);
  return patched;
}

function renderJobSpec(request: JobRequest): V1JobSpec {
  const { job, options, indexed } = request;
  // the time of a sweep is not that of a trial
  const deadline = indexed ? undefined : jobDeadlineSeconds(job, options);
  return {
    ...(indexed ? renderIndexed(indexed) : { backoffLimit: 0, completions: 1, parallelism: 1 }),
    ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
    ttlSecondsAfterFinished: ttlSeconds(options),
    podReplacementPolicy: 'Failed',
    podFailurePolicy: renderFailurePolicy(indexed !== undefined),
    template: renderPod(request),
  };
}

/** One bad trial does not sink the rest: failures are counted by index. */
function renderIndexed({
  completions,
  parallelism,
  retries = 0,
  maxFailed,
}: IndexedPods): Partial<V1JobSpec> {
  return {
    completionMode: 'Indexed',
    completions,
    parallelism: Math.min(parallelism, completions),
    backoffLimitPerIndex: retries,
    maxFailedIndexes: maxFailed ?? completions,
  };
}

const ignoreStopped = {
  action: 'Ignore',
  onExitCodes: { containerName: mainContainer, operator: 'In', values: [agentExit.stopped] },
};

/** A pod that the cluster took away is replaced and not counted; an error that would come again ends the Job, or its index. */
function renderFailurePolicy(indexed: boolean): V1PodFailurePolicy {
  return {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      // deleted by somebody: what is left of its trials is run again
      ...(indexed ? [ignoreStopped] : []),
      {
        action: indexed ? 'FailIndex' : 'FailJob',
        onExitCodes: {
          containerName: mainContainer,
          operator: 'In',
          values: [...(indexed ? lastExitCodes : permanentExitCodes)],
        },
      },
    ],
  };
}

/** A patch must not bring in what the options ask consent for. */
function refuseHostAccess({ metadata, spec }: V1Job, { allowHostPath }: KubernetesOptions): void {
  const pod = spec?.template.spec;
  const volume = pod?.volumes?.find(({ hostPath }) => hostPath !== undefined);
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).find((field) => pod?.[field] === true);
  const found = volume?.hostPath ? `the path "${volume.hostPath.path}" of its node` : shared;
  if (found === undefined || allowHostPath) return;
  throw invalidKubernetesOptions(`the patch gives Job "${metadata?.name}" ${found}`, {
    hint: 'set `allowHostPath: true` beside it if that is what you want; restricted namespaces refuse it all the same',
  });
}
