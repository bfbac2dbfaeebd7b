import { createJob } from '../../../src/runtime/create-job.ts';
import type { Job } from '../../../src/runtime/job.ts';
import type { KubernetesOptions } from '../../../src/runtime/kubernetes/manifest/kubernetes-options.ts';

export const uid = '01hzy3v8t9q2m4n6p8r0s2t4v6';
export const image: string = `registry.example/team/train@sha256:${'a'.repeat(64)}`;

/** A job as the workspace makes them. */
export function exampleJob(change: Partial<Job> = {}): Job {
  return createJob({
    uid,
    name: 'train',
    project: 'penguins',
    storeDirectory: '/home/ada/penguins/.slipway',
    workingDirectory: '/home/ada/penguins',
    function: { name: 'train', handler: 'train', digest: `sha256:${'b'.repeat(64)}` },
    handler: { name: 'train', parameters: [], results: [], acceptsUnknown: false },
    ...change,
  });
}

/** Every option at once. */
export const everyOption: KubernetesOptions = {
  namespace: 'training',
  requests: { cpu: '250m', memory: '1Gi', ephemeralStorage: '1Gi' },
  limits: { cpu: 2, memory: '2Gi', ephemeralStorage: '4Gi' },
  gpus: 1,
  gpuType: 'amd.com/gpu',
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
      },
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 50,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'slipway.project': 'penguins' } },
          },
        },
      ],
    },
  },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'ml', effect: 'NoSchedule' }],
  priorityClass: 'batch-low',
  preemption: 'constrain',
  preemptibleNodes: {
    labels: { 'node.example/spot': 'true' },
    tolerations: [{ key: 'node.example/spot', operator: 'Exists' }],
  },
  serviceAccount: 'trainer',
  mountToken: true,
  env: { MODE: 'on', y: 'no' },
  envFromSecret: { API_KEY: { name: 'service', key: 'token' } },
  envFromConfigMap: { REGION: { name: 'place', key: 'region', optional: true } },
  envFrom: [{ secret: 'all-keys', prefix: 'ALL_' }, { configMap: 'settings' }],
  volumes: [
    { kind: 'pvc', claim: 'datasets', mountPath: '/data', readOnly: true, subPath: 'penguins' },
    {
      kind: 'secret',
      source: 'certificate',
      mountPath: '/etc/tls',
      items: { 'tls.crt': 'cert.pem' },
      mode: 0o440,
    },
    { kind: 'configMap', source: 'settings', mountPath: '/etc/settings', optional: true },
    { kind: 'emptyDir', mountPath: '/scratch', sizeLimit: '2Gi' },
    { kind: 'hostPath', path: '/mnt/models', mountPath: '/models' },
  ],
  allowHostPath: true,
  labels: { team: 'seabirds', 'kueue.x-k8s.io/queue-name': 'nightly' },
  annotations: { 'example.com/owner': 'ada' },
  imagePullPolicy: 'Always',
  imagePullSecrets: ['registry-login'],
  securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000, supplementalGroups: [3000] },
  ttlSeconds: 600,
  pendingSeconds: 300,
  imagePullSeconds: 60,
  patch: {
    spec: {
      suspend: true,
      template: {
        spec: {
          dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
          containers: [
            { name: 'main', env: [{ name: 'MODE', value: 'off' }] },
            { name: 'sidecar', image, resources: { limits: { memory: '64Mi' } } },
          ],
        },
      },
    },
  },
};
