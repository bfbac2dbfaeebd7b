import type { V1Container, V1PodSpec, V1PodTemplateSpec, V1SecurityContext } from '@kubernetes/client-node';
import { layout } from '../../../functions/image/layers/image-layout.ts';
import type { JobRequest } from './job-request.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';
import { annotationKeys, labelKeys, runLabels } from './object-name.ts';
import { renderEnvironment, renderEnvironmentSources, terminationFile } from './render-environment.ts';
import { renderPlacement } from './render-placement.ts';
import { type PodResources, renderResources } from './render-resources.ts';
import { renderVolumes } from './render-volumes.ts';
import { gracePeriodSeconds, groupDeadlineSeconds, podDeadlineSeconds } from './time-limits.ts';

/** Name of the container that a run is in. */
export const mainContainer = 'main';

/** Where a run works, and where the bundle of its function is. */
export const workFolder: string = `/${layout.work}`;
export const bundleFolder: string = `/${layout.bundle}`;

/** User and group of user code, as images of ours have them. */
const nobody = 65532;

/** The pod of a run: admitted where pod security is "restricted". */
export function renderPod(request: JobRequest): V1PodTemplateSpec {
  const { job, options } = request;
  const annotations = { [annotationKeys.name]: job.name, ...options.annotations };
  return {
    metadata: {
      labels: { ...options.labels, ...runLabels(job) },
      annotations: { ...annotations, 'kubectl.kubernetes.io/default-container': mainContainer },
    },
    spec: renderPodSpec(request),
  };
}

function renderPodSpec(request: JobRequest): V1PodSpec {
  const { job, options } = request;
  const resources = renderResources(job, options);
  const { volumes, mounts } = renderVolumes(request);
  const { indexed } = request;
  const deadline = indexed
    ? groupDeadlineSeconds(job, options, indexed.trials)
    : podDeadlineSeconds(job, options);
  const secrets = (options.imagePullSecrets ?? []).map((name) => ({ name }));
  return {
    restartPolicy: 'Never',
    ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
    terminationGracePeriodSeconds: gracePeriodSeconds(job, options),
    serviceAccountName: options.serviceAccount ?? 'default',
    automountServiceAccountToken: options.mountToken ?? false,
    enableServiceLinks: false,
    ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets }),
    ...renderPlacement(options),
    securityContext: renderPodSecurity(options),
    containers: [renderContainer(request, resources, [...mounts])],
    volumes: [...volumes],
  };
}

function renderContainer(
  request: JobRequest,
  { requirements, memoryLimit }: PodResources,
  volumeMounts: NonNullable<V1Container['volumeMounts']>,
): V1Container {
  const { options, image, command, args } = request;
  const sources = renderEnvironmentSources(options.envFrom);
  return {
    name: mainContainer,
    image,
    imagePullPolicy: options.imagePullPolicy ?? 'IfNotPresent',
    ...(command === undefined ? {} : { command: [...command] }),
    ...(args === undefined ? {} : { args: [...args] }),
    env: renderEnvironment(request, memoryLimit),
    ...(sources.length === 0 ? {} : { envFrom: sources }),
    resources: requirements,
    securityContext: renderSecurity(options),
    terminationMessagePath: terminationFile,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts,
  };
}

function renderPodSecurity({
  securityContext = {},
}: KubernetesOptions): NonNullable<V1PodSpec['securityContext']> {
  const { runAsUser = nobody, runAsGroup = nobody, fsGroup = nobody, supplementalGroups } = securityContext;
  return {
    runAsNonRoot: true,
    runAsUser,
    runAsGroup,
    fsGroup,
    // a large volume is not walked through at every start when its root is as it should be
    fsGroupChangePolicy: 'OnRootMismatch',
    ...(supplementalGroups === undefined ? {} : { supplementalGroups: [...supplementalGroups] }),
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

function renderSecurity({ securityContext = {} }: KubernetesOptions): V1SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: securityContext.readOnlyRootFilesystem ?? true,
  };
}

/** Selects the pods of one run. */
export function runSelector(uid: string): string {
  return `${labelKeys.run}=${uid}`;
}
