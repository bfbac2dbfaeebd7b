import type { ClusterState } from './cluster-state.ts';
import { podRange } from './control-plane.ts';
import { kubectl } from './kubectl.ts';
import { clusterFolders } from './layout.ts';
import { inside } from './namespaces.ts';

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}
interface Policy {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}
interface Pod {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly status: { readonly podIP: string };
}

/**
 * Holds the pods that a namespace has now to its network policies, as a network plug-in would that knows them: the one of the test
 * cluster does not. Packet filter rules on the node, of a cluster that nobody else uses.
 */
export function enforceNetworkPolicies(state: ClusterState, namespace: string): void {
  if (!state.holder) throw new Error(`cluster "${state.name}" is not running`);
  const { holder } = state;
  const list = <Item>(kind: string): Item[] => {
    const { kubeconfig } = clusterFolders(state.name);
    const text = kubectl(kubeconfig, ['get', kind, '--namespace', namespace, '-o', 'json']);
    return (JSON.parse(text) as { items: Item[] }).items;
  };
  const rules = renderRules(list<Policy>('networkpolicies'), list<Pod>('pods'));
  for (const rule of rules) inside(holder, ['iptables', ...rule]);
}

/** Words of iptables, in their order: a chain for each direction of each pod that a policy selects. */
export function renderRules(policies: readonly Policy[], pods: readonly Pod[]): string[][] {
  const established = ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED'];
  const head = [
    ['-N', 'POLICY'],
    ['-I', 'FORWARD', '1', '-j', 'POLICY'],
    ['-A', 'POLICY', ...established, '-j', 'RETURN'],
  ];
  const chains = pods.flatMap((pod, index) =>
    (['Egress', 'Ingress'] as const).flatMap((direction) => {
      const own = policies.filter(
        ({ spec }) => spec.policyTypes.includes(direction) && selects(spec.podSelector, pod),
      );
      return own.length === 0 ? [] : renderChain(`${direction}-${index}`, { direction, own, pod, pods });
    }),
  );
  return [...head, ...chains];
}

function renderChain(
  name: string,
  {
    direction,
    own,
    pod,
    pods,
  }: { direction: 'Egress' | 'Ingress'; own: readonly Policy[]; pod: Pod; pods: readonly Pod[] },
): string[][] {
  const [mine, other] = direction === 'Egress' ? ['-s', '-d'] : ['-d', '-s'];
  const rules = own.flatMap(({ spec }) => (direction === 'Egress' ? spec.egress : spec.ingress) ?? []);
  const allowed = rules.flatMap((rule) => {
    const peers = direction === 'Egress' ? rule.to : rule.from;
    const places =
      peers === undefined
        ? [[]]
        : peers.flatMap((peer) => addresses(peer, pods)).map((each) => [other ?? '', each]);
    const ports = rule.ports?.map(({ protocol, port }) => [
      '-p',
      protocol.toLowerCase(),
      '--dport',
      String(port),
    ]);
    return places.flatMap((place) => (ports ?? [[]]).map((port) => [...place, ...port]));
  });
  return [
    ['-N', name],
    ['-A', 'POLICY', mine ?? '', pod.status.podIP, '-j', name],
    ...allowed.map((match) => ['-A', name, ...match, '-j', 'RETURN']),
    ['-A', name, '-j', 'REJECT'],
  ];
}

/** Pods of other namespaces are all that the cluster can have: selectors of namespaces that select by label are not known here. */
function addresses({ ipBlock, namespaceSelector, podSelector }: Peer, pods: readonly Pod[]): string[] {
  if (ipBlock) return [ipBlock.cidr];
  if (namespaceSelector) return [podRange];
  return pods.filter((pod) => selects(podSelector ?? {}, pod)).map(({ status }) => status.podIP);
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, { metadata }: Pod): boolean {
  const { labels = {} } = metadata;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && values.includes(value);
      return value === undefined || !values.includes(value);
    })
  );
}
