import * as v from 'valibot';
import { invalidKubernetesOptions } from '../errors.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';
import { placementEntries, securityEntry } from './placement-schema.ts';
import { isQuantity } from './quantity.ts';
import { label, labels, name, whole } from './schema-parts.ts';
import { parseTrackingAddress } from './tracking-address.ts';
import { volumes } from './volume-schema.ts';

const quantity = v.pipe(
  v.union([v.string(), v.number()], 'expected an amount such as "500m", 2 or "512Mi"'),
  v.check(
    isQuantity,
    ({ input }) => `expected an amount such as "500m", 2 or "512Mi", got ${JSON.stringify(input)}`,
  ),
);
const amounts = v.strictObject({
  cpu: v.optional(quantity),
  memory: v.optional(quantity),
  ephemeralStorage: v.optional(quantity),
});
const variable = v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'expected the name of a variable'));
const reference = v.strictObject({ name, key: v.string(), optional: v.optional(v.boolean()) });
const source = v.union(
  [
    v.strictObject({ secret: name, prefix: v.optional(v.string()), optional: v.optional(v.boolean()) }),
    v.strictObject({ configMap: name, prefix: v.optional(v.string()), optional: v.optional(v.boolean()) }),
  ],
  'expected { secret } or { configMap } with the name of one',
);
const patchFields = v.record(v.string(), v.any());

const schema = v.strictObject({
  kubeconfig: v.optional(v.string()),
  context: v.optional(v.string()),
  namespace: v.optional(label),
  requests: v.optional(amounts),
  limits: v.optional(amounts),
  gpus: v.optional(whole(1)),
  gpuType: v.optional(v.string()),
  ...placementEntries,
  serviceAccount: v.optional(name),
  mountToken: v.optional(v.boolean()),
  env: v.optional(v.record(variable, v.string())),
  envFromSecret: v.optional(v.record(variable, reference)),
  envFromConfigMap: v.optional(v.record(variable, reference)),
  envFrom: v.optional(v.array(source)),
  volumes: v.optional(volumes),
  allowHostPath: v.optional(v.boolean()),
  labels: v.optional(labels),
  annotations: v.optional(v.record(v.string(), v.string())),
  imagePullPolicy: v.optional(v.picklist(['Always', 'IfNotPresent', 'Never'])),
  imagePullSecrets: v.optional(v.array(name)),
  securityContext: v.optional(securityEntry),
  trackingAddress: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => parseTrackingAddress(text) !== undefined,
        'expected an address such as "10.0.0.5" or "10.0.0.5:8642"',
      ),
    ),
  ),
  connectSeconds: v.optional(whole(1)),
  ttlSeconds: v.optional(whole(0)),
  holdSeconds: v.optional(whole(0)),
  graceSeconds: v.optional(whole(1)),
  pendingSeconds: v.optional(whole(1)),
  imagePullSeconds: v.optional(whole(1)),
  awaySeconds: v.optional(whole(1)),
  patch: v.optional(v.strictObject({ metadata: v.optional(patchFields), spec: v.optional(patchFields) })),
});

/**
 * Checks Kubernetes options from project.yaml, the command line or a call. `where` says whose they are.
 * @throws INVALID_KUBERNETES_OPTIONS naming every wrong field.
 */
export function parseKubernetesOptions(value: unknown, where: string): KubernetesOptions {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const issues = parsed.issues.flatMap((issue) => describeIssue(issue));
    throw invalidKubernetesOptions(`the Kubernetes options of ${where} are wrong: ${issues.join('; ')}`, {
      hint: 'the fields are those of `KubernetesOptions`; anything else of a pod goes into `patch`',
      details: { issues },
    });
  }
  refuseHostPath(parsed.output as KubernetesOptions, where);
  return parsed.output as KubernetesOptions;
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const field = issue.path?.map(({ key }) => String(key)).join('.') ?? 'the value';
  const unknown = issue.type === 'strict_object' && issue.expected === 'never';
  return unknown ? `"${field}" is not known` : `"${field}": ${issue.message}`;
}

function refuseHostPath({ volumes: mounted = [], allowHostPath }: KubernetesOptions, where: string): void {
  const volume = mounted.find(({ kind }) => kind === 'hostPath');
  if (volume?.kind !== 'hostPath' || allowHostPath) return;
  throw invalidKubernetesOptions(`the volume "${volume.path}" of ${where} is a path of the node itself`, {
    hint: 'set `allowHostPath: true` beside it if that is what you want; restricted namespaces refuse it all the same',
    details: { path: volume.path, mountPath: volume.mountPath },
  });
}
