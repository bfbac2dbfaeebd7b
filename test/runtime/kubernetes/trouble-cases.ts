import type { Trouble } from '../../../src/runtime/kubernetes/diagnosis/diagnosis.ts';
import type { KubernetesOptions } from '../../../src/runtime/kubernetes/manifest/kubernetes-options.ts';

/** A Job that cannot work, and what is to be found out about it. */
export interface TroubleCase {
  readonly trouble: Trouble;
  readonly verdict: 'fail' | 'wait' | 'retry';
  readonly message: RegExp;
  readonly options?: KubernetesOptions;
  /** Program of the container. @default ends at once */
  readonly script?: string;
  /** In place of the image of Node. */
  readonly image?: string;
  readonly command?: readonly string[];
}

const digest = `sha256:${'0'.repeat(64)}`;
const container = (fields: object): KubernetesOptions => ({
  patch: { spec: { template: { spec: { containers: [{ name: 'main', ...fields }] } } } },
});
const pod = (fields: object): KubernetesOptions => ({
  patch: { spec: { template: { spec: { ...fields } } } },
});
const little = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '64Mi' } } as const;

/** Where the cases find what is different in every cluster. */
export interface Surroundings {
  readonly registry: string;
  readonly lockedRegistry: string;
  readonly closedPort: string;
  readonly tainted: string;
  readonly lostNode: string;
}

/** By name; all but the last ones are in a namespace with nothing special about it. */
export function troubleCases(at: Surroundings): Readonly<Record<string, TroubleCase>> {
  return { ...imageCases(at), ...configCases, ...schedulingCases(at), ...endedCases(at) };
}

function imageCases({ registry, lockedRegistry, closedPort }: Surroundings): Record<string, TroubleCase> {
  return {
    'invalid-image': {
      trouble: 'image-name-invalid',
      verdict: 'fail',
      message: /"Not\/An\/Image" .* is no name of an image/,
      options: container({ image: 'Not/An/Image' }),
    },
    'missing-tag': {
      trouble: 'image-not-found',
      verdict: 'fail',
      message: /does not exist in its registry/,
      options: container({ image: `${registry}/slipway-test/node:none` }),
    },
    'missing-repository': {
      trouble: 'image-not-found',
      verdict: 'fail',
      message: /does not exist in its registry/,
      image: `${registry}/slipway-test/nothing@${digest}`,
    },
    'locked-registry': {
      trouble: 'image-unauthorized',
      verdict: 'fail',
      message: /refuses the credentials/,
      image: `${lockedRegistry}/team/train@${digest}`,
    },
    'closed-registry': {
      trouble: 'image-pull',
      verdict: 'wait',
      message: /cannot be pulled: .*connection refused/,
      image: `${closedPort}/team/train@${digest}`,
    },
    'never-pulled': {
      trouble: 'image-not-local',
      verdict: 'fail',
      message: /may not be pulled/,
      image: `${registry}/slipway-test/nothing@${digest}`,
      options: { imagePullPolicy: 'Never' },
    },
  };
}

const configCases: Record<string, TroubleCase> = {
  'missing-secret': {
    trouble: 'secret-missing',
    verdict: 'fail',
    message: /Secret "nope", which pod/,
    options: { envFromSecret: { KEY: { name: 'nope', key: 'a' } } },
  },
  'missing-config-map': {
    trouble: 'config-map-missing',
    verdict: 'fail',
    message: /ConfigMap "nope", which pod/,
    options: { envFrom: [{ configMap: 'nope' }] },
  },
  'missing-key': {
    trouble: 'key-missing',
    verdict: 'fail',
    message: /ConfigMap "kube-root-ca.crt", which pod .* has no key "nope"/,
    options: { envFromConfigMap: { KEY: { name: 'kube-root-ca.crt', key: 'nope' } } },
  },
  'missing-secret-volume': {
    trouble: 'secret-missing',
    verdict: 'fail',
    message: /Secret "nope", which pod/,
    options: { volumes: [{ kind: 'secret', source: 'nope', mountPath: '/secret' }] },
  },
  'missing-program': {
    trouble: 'container-start',
    verdict: 'fail',
    message: /cannot be started: .*no-such-program/,
    command: ['/no-such-program'],
  },
};

function schedulingCases({ tainted }: Surroundings): Record<string, TroubleCase> {
  return {
    'too-much-cpu': {
      trouble: 'unschedulable-resources',
      verdict: 'wait',
      message: /cpu of what it requests is not free|it requests cpu 1000 and the largest of \d+ nodes has \d/,
      options: { requests: { cpu: '1000' } },
    },
    'too-much-memory': {
      trouble: 'unschedulable-resources',
      verdict: 'wait',
      message:
        /memory of what it requests|it requests memory 900Ti and the largest of \d+ nodes has \d+[KMG]i/,
      options: { limits: { memory: '900Ti' } },
    },
    'no-such-gpu': {
      trouble: 'unschedulable-resources',
      verdict: 'wait',
      message:
        /nvidia.com\/gpu of what it requests|it requests nvidia.com\/gpu 1 and none of the \d+ nodes has any/,
      options: { gpus: 1 },
    },
    'no-such-node': {
      trouble: 'unschedulable-selector',
      verdict: 'wait',
      message: /none of the \d+ nodes? has the label disk=golden/,
      options: { nodeSelector: { disk: 'golden' } },
    },
    'untolerated-taint': {
      trouble: 'unschedulable-taint',
      verdict: 'wait',
      message: /(all \d+|the only) fitting nodes? ha(s|ve) the taint "slipway.test\/dedicated=ml:NoSchedule"/,
      options: { nodeSelector: { 'slipway.test/tainted': tainted } },
    },
    'missing-claim': {
      trouble: 'unschedulable-volume',
      verdict: 'wait',
      message: /claim "nope" does not exist/,
      options: { volumes: [{ kind: 'pvc', claim: 'nope', mountPath: '/data' }] },
    },
  };
}

function endedCases({ lostNode }: Surroundings): Record<string, TroubleCase> {
  return {
    'out-of-memory': {
      trouble: 'out-of-memory',
      verdict: 'fail',
      message: /more memory than its limit of 64Mi/,
      options: little,
      script: 'const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1))',
    },
    'heap-full': {
      trouble: 'out-of-memory',
      verdict: 'fail',
      message: /more memory than its limit of 256Mi/,
      options: { requests: { cpu: '10m' }, limits: { memory: '256Mi' } },
      script: 'const kept = []; for (;;) kept.push(new Array(10000).fill(0).map(() => ({})))',
    },
    'exit-code': {
      trouble: 'exited',
      verdict: 'fail',
      message: /ended with exit code 3/,
      script: 'process.exit(3)',
    },
    'permanent-exit-code': {
      trouble: 'exited',
      verdict: 'fail',
      message: /ended with exit code 65/,
      script: 'process.exit(65)',
    },
    deadline: {
      trouble: 'deadline',
      verdict: 'fail',
      message: /was ended by the cluster 1 s after its start/,
      options: pod({ activeDeadlineSeconds: 1, terminationGracePeriodSeconds: 1 }),
      script: 'setInterval(() => {}, 1000)',
    },
    evicted: {
      trouble: 'evicted',
      verdict: 'retry',
      message: /was evicted: .*exceed/,
      options: { volumes: [{ kind: 'emptyDir', mountPath: '/scratch', sizeLimit: '1Mi' }] },
      script: 'fs.writeFileSync("/scratch/file", Buffer.alloc(20 << 20, 1)); setInterval(() => {}, 1000)',
    },
    'node-lost': {
      trouble: 'node-lost',
      verdict: 'retry',
      message: /was on a node that is gone/,
      options: { nodeName: lostNode },
    },
  };
}

/** In a namespace whose quota is used up. */
export const quotaCase: TroubleCase = {
  trouble: 'quota',
  verdict: 'fail',
  message: /the quota "no-pods" of namespace ".*" is used up/,
};
/** In a namespace whose webhook does not answer. */
export const webhookCase: TroubleCase = {
  trouble: 'webhook',
  verdict: 'fail',
  message: /the admission webhook "deaf.slipway.test" refuses it or does not answer/,
};

/** Refused by the API server in any restricted namespace. */
export const refusedCases: Readonly<Record<string, TroubleCase>> = {
  'pod-security': {
    trouble: 'pod-security',
    verdict: 'fail',
    message: /violates PodSecurity/,
    options: { ...pod({ hostNetwork: true }), allowHostPath: true },
  },
  'missing-account': {
    trouble: 'service-account-missing',
    verdict: 'fail',
    message: /service account "nobody" does not exist/,
    options: { serviceAccount: 'nobody' },
  },
  'missing-priority': {
    trouble: 'priority-class-missing',
    verdict: 'fail',
    message: /priority class "urgent" does not exist/,
    options: { priorityClass: 'urgent' },
  },
};
