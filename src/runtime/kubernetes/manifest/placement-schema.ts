import * as v from 'valibot';
import { name, whole } from './schema-parts.ts';

const toleration = v.strictObject({
  key: v.optional(v.string()),
  operator: v.optional(v.picklist(['Exists', 'Equal'])),
  value: v.optional(v.string()),
  effect: v.optional(v.picklist(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
  tolerationSeconds: v.optional(whole(0)),
});
const requirement = v.strictObject({
  key: v.string(),
  operator: v.picklist(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: v.optional(v.array(v.string())),
});
const nodeTerm = v.strictObject({
  matchExpressions: v.optional(v.array(requirement)),
  matchFields: v.optional(v.array(requirement)),
});
const weight = v.pipe(whole(1), v.maxValue(100, 'expected 100 or less'));
const podTerm = v.strictObject({
  topologyKey: v.string(),
  labelSelector: v.optional(
    v.strictObject({
      matchLabels: v.optional(v.record(v.string(), v.string())),
      matchExpressions: v.optional(v.array(requirement)),
    }),
  ),
  namespaces: v.optional(v.array(v.string())),
});
const podAffinity = v.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: v.optional(v.array(podTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: v.optional(
    v.array(v.strictObject({ weight, podAffinityTerm: podTerm })),
  ),
});
const affinity = v.strictObject({
  nodeAffinity: v.optional(
    v.strictObject({
      requiredDuringSchedulingIgnoredDuringExecution: v.optional(
        v.strictObject({ nodeSelectorTerms: v.array(nodeTerm) }),
      ),
      preferredDuringSchedulingIgnoredDuringExecution: v.optional(
        v.array(v.strictObject({ weight, preference: nodeTerm })),
      ),
    }),
  ),
  podAffinity: v.optional(podAffinity),
  podAntiAffinity: v.optional(podAffinity),
});

/** The options that say where a pod may run. */
export const placementEntries: Readonly<Record<string, v.GenericSchema>> = {
  nodeName: v.optional(name),
  nodeSelector: v.optional(v.record(v.string(), v.string())),
  affinity: v.optional(affinity),
  tolerations: v.optional(v.array(toleration)),
  priorityClass: v.optional(name),
  preemption: v.optional(v.picklist(['allow', 'constrain', 'prevent', 'none'])),
  preemptibleNodes: v.optional(
    v.strictObject({
      labels: v.record(v.string(), v.string()),
      tolerations: v.optional(v.array(toleration)),
    }),
  ),
};

export const securityEntry: v.GenericSchema = v.strictObject({
  runAsUser: v.optional(whole(1)),
  runAsGroup: v.optional(whole(0)),
  fsGroup: v.optional(whole(0)),
  supplementalGroups: v.optional(v.array(whole(0))),
  readOnlyRootFilesystem: v.optional(v.boolean()),
});
