import type { V1EnvFromSource, V1EnvVar } from '@kubernetes/client-node';
import { deliveryFiles } from '../../agent/delivery-files.ts';
import { heapMegabytes } from '../../heap-limit.ts';
import type { JobRequest } from './job-request.ts';
import type { EnvironmentSource, KeyReference } from './kubernetes-options.ts';

/** Where the runner leaves its last word of at most 4096 bytes for the cluster to show. */
export const terminationFile = '/dev/termination-log';
/** Where the job and the values of its secrets are mounted, a file each. */
export const deliveryFolder = '/run/slipway';

/** Where the pod finds the address of a tracking server that has moved. */
export const addressFolder = '/run/slipway-address';
export const addressFile = 'tracking-url';

/** A pod's variables, sorted by name. Those from Secrets are named, never written out. */
export function renderEnvironment({ job, options, tracking }: JobRequest, memoryLimit: number): V1EnvVar[] {
  const { env = {}, envFromSecret = {}, envFromConfigMap = {} } = options;
  const heap = `--max-old-space-size=${heapMegabytes(memoryLimit)}`;
  const given = { ...job.env, ...env };
  const plain: Record<string, string> = {
    HOME: '/tmp',
    ...given,
    NODE_OPTIONS: [given.NODE_OPTIONS, heap].filter(Boolean).join(' '),
    SLIPWAY_RUN: job.uid,
    SLIPWAY_PROJECT: job.project,
    SLIPWAY_JOB_FOLDER: deliveryFolder,
    SLIPWAY_TERMINATION_FILE: terminationFile,
    ...(tracking ? renderTracking(tracking) : {}),
  };
  const variables: V1EnvVar[] = [
    ...Object.entries(plain).map(([name, value]) => ({ name, value })),
    ...Object.entries(envFromSecret).map(([name, key]) => ({
      name,
      valueFrom: { secretKeyRef: reference(key) },
    })),
    ...Object.entries(envFromConfigMap).map(([name, key]) => ({
      name,
      valueFrom: { configMapKeyRef: reference(key) },
    })),
  ];
  return variables.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function renderTracking({
  url,
  certificates,
  moves,
}: NonNullable<JobRequest['tracking']>): Record<string, string> {
  return {
    SLIPWAY_TRACKING_URL: url,
    SLIPWAY_TRACKING_TOKEN_FILE: `${deliveryFolder}/${deliveryFiles.token}`,
    ...(moves ? { SLIPWAY_TRACKING_URL_FILE: `${addressFolder}/${addressFile}` } : {}),
    ...(certificates ? { NODE_EXTRA_CA_CERTS: `${deliveryFolder}/${deliveryFiles.certificates}` } : {}),
  };
}

/** Whole Secrets and ConfigMaps as variables. */
export function renderEnvironmentSources(sources: readonly EnvironmentSource[] = []): V1EnvFromSource[] {
  return sources.map((source) => {
    const prefix = source.prefix === undefined ? {} : { prefix: source.prefix };
    const optional = source.optional === undefined ? {} : { optional: source.optional };
    return 'secret' in source
      ? { ...prefix, secretRef: { name: source.secret, ...optional } }
      : { ...prefix, configMapRef: { name: source.configMap, ...optional } };
  });
}

function reference({ name, key, optional }: KeyReference): KeyReference {
  return { name, key, ...(optional === undefined ? {} : { optional }) };
}
