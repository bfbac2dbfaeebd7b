import type { V1Affinity, V1NodeSelectorTerm, V1PodSpec, V1Toleration } from '@kubernetes/client-node';
import type { KubernetesOptions, PreemptibleNodes } from './kubernetes-options.ts';
import type { Affinity, NodeSelectorTerm, Toleration } from './pod-placement.ts';

type Placement = Pick<
  V1PodSpec,
  'nodeName' | 'nodeSelector' | 'affinity' | 'tolerations' | 'priorityClassName'
>;

/** How GKE, EKS, AKS and Karpenter mark nodes that can be taken away. */
const knownPreemptible: PreemptibleNodes = {
  labels: {
    'cloud.google.com/gke-spot': 'true',
    'eks.amazonaws.com/capacityType': 'SPOT',
    'karpenter.sh/capacity-type': 'spot',
    'kubernetes.azure.com/scalesetpriority': 'spot',
  },
  tolerations: [
    { key: 'cloud.google.com/gke-spot', operator: 'Equal', value: 'true', effect: 'NoSchedule' },
    { key: 'kubernetes.azure.com/scalesetpriority', operator: 'Equal', value: 'spot', effect: 'NoSchedule' },
  ],
};

/** Where a pod may run, preemptible nodes included or kept out. */
export function renderPlacement(options: KubernetesOptions): Placement {
  const { nodeName, nodeSelector, priorityClass } = options;
  const tolerations = renderTolerations(options);
  const affinity = renderAffinity(options);
  return {
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(nodeSelector === undefined ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(affinity === undefined ? {} : { affinity: affinity as V1Affinity }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations as V1Toleration[] }),
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
  };
}

function preemptionOf({ preemption, preemptibleNodes }: KubernetesOptions): KubernetesOptions['preemption'] {
  return preemption ?? (preemptibleNodes ? 'prevent' : 'none');
}

function renderTolerations(options: KubernetesOptions): Toleration[] {
  const mode = preemptionOf(options);
  const own = options.tolerations ?? [];
  if (mode !== 'allow' && mode !== 'constrain') return [...own];
  return [...own, ...((options.preemptibleNodes ?? knownPreemptible).tolerations ?? [])];
}

function renderAffinity(options: KubernetesOptions): Affinity | undefined {
  const mode = preemptionOf(options);
  if (mode !== 'constrain' && mode !== 'prevent') return options.affinity;
  const labels = Object.entries((options.preemptibleNodes ?? knownPreemptible).labels);
  const avoided = labels.map(([key, value]) => ({ key, operator: 'NotIn' as const, values: [value] }));
  const wanted = labels.map(([key, value]) => ({
    matchExpressions: [{ key, operator: 'In' as const, values: [value] }],
  }));
  return requireNodes(options.affinity, mode === 'constrain' ? wanted : [{ matchExpressions: avoided }]);
}

/** The affinity with its alternatives each narrowed by the given ones: alternatives are or-ed, expressions in one are and-ed. */
function requireNodes(affinity: Affinity = {}, terms: readonly NodeSelectorTerm[]): Affinity {
  const { nodeAffinity = {} } = affinity;
  const required = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const nodeSelectorTerms: V1NodeSelectorTerm[] = required.flatMap((own) =>
    terms.map((term) => ({
      ...(own as V1NodeSelectorTerm),
      matchExpressions: [...(own.matchExpressions ?? []), ...(term.matchExpressions ?? [])].map(
        (expression) => ({
          ...expression,
          values: [...(expression.values ?? [])],
        }),
      ),
    })),
  );
  return {
    ...affinity,
    nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  } as Affinity;
}
