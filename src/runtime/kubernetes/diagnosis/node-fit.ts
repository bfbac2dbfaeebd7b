import type { NodeObject, PodObject, TaintObject } from '../api/objects.ts';
import { parseQuantity, renderCpus } from '../manifest/quantity.ts';

/** What the nodes themselves say about a pod that none of them takes, and what to do about it. */
export interface NodeFit {
  readonly what: string;
  readonly hint: string;
}

/** How many nodes have which taint that a pod does not tolerate; undefined where none has. */
export function tellTaints(pod: PodObject, nodes: readonly NodeObject[]): NodeFit | undefined {
  const fitting = nodes.filter((node) => isSelected(pod, node));
  const counts = countBy(
    fitting.flatMap((node) => blockingTaints(pod, node)),
    renderTaint,
  );
  const cordoned = fitting.filter(({ spec }) => spec?.unschedulable).length;
  if (counts.length === 0 && cordoned === 0) return undefined;
  const taints = counts.map(
    ({ key, count }) => `${ofNodes(count, fitting.length)} ${has(count)} the taint "${key}"`,
  );
  const closed =
    cordoned === 0 ? [] : [`${ofNodes(cordoned, fitting.length)} ${is(cordoned)} closed for new pods`];
  const first = counts[0]?.one;
  const ways = [
    ...(first ? [`tolerate it: tolerations: [${renderToleration(first)}]`] : []),
    ...(cordoned === 0 ? [] : ['open a node again: `kubectl uncordon`']),
  ];
  return {
    what: `${[...taints, ...closed].join(', ')}, which it does not tolerate`.replace(
      /closed for new pods, which it does not tolerate$/,
      'closed for new pods',
    ),
    hint: ways.join('; '),
  };
}

/** Which label of a selector the nodes lack, and which values they have; undefined where labels are not the reason. */
export function tellSelector(pod: PodObject, nodes: readonly NodeObject[]): NodeFit | undefined {
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  const unmet = selector.flatMap(([key, value]) => {
    const having = nodes.filter(({ metadata }) => metadata?.labels?.[key] === value).length;
    return having === 0 ? [{ key, value }] : [];
  });
  const [first] = unmet;
  if (first === undefined) return undefined;
  const values = countBy(
    nodes.flatMap(({ metadata }) => metadata?.labels?.[first.key] ?? []),
    (value) => value,
  );
  const wanted = unmet.map(({ key, value }) => `${key}=${value}`).join(', ');
  const label = unmet.length === 1 ? 'the label' : 'any of the labels';
  const known = values.map(({ key, count }) => `"${key}" on ${count}`).join(', ');
  return {
    what: `none of the ${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`} has ${label} ${wanted} of its node selector`,
    hint:
      values.length === 0
        ? `no node has a label "${first.key}" at all: label one (\`kubectl label node NAME ${first.key}=${first.value}\`), or change \`nodeSelector\``
        : `"${first.key}" is ${known}: change \`nodeSelector\`, or label a node`,
  };
}

/** What of a pod's requests is more than any node has at all; where each could hold it, that they are in use. */
export function tellResources(
  pod: PodObject,
  nodes: readonly NodeObject[],
  names: readonly string[],
): NodeFit | undefined {
  const sizes = nodes.flatMap(({ status }) => (status?.allocatable ? [status.allocatable] : []));
  if (sizes.length === 0) return undefined;
  const asked = names.flatMap((name) => {
    const amount = requestOf(pod, name);
    const [largest = '0'] = sizes
      .map((size) => size[name] ?? '0')
      .sort((a, b) => parseQuantity(b) - parseQuantity(a));
    if (amount === undefined) return [];
    return [{ name, amount: readable(name, amount), largest: readable(name, largest), count: sizes.length }];
  });
  if (asked.length === 0) return undefined;
  const tooMuch = asked.filter(({ amount, largest }) => parseQuantity(amount) > parseQuantity(largest));
  if (tooMuch.length === 0)
    return {
      what: `${listed(asked.map(({ name, amount }) => `${name} ${amount}`))} of what it requests is not free on any of them, because other pods have it: the largest node has ${listed(asked.map(({ name, largest }) => `${name} ${largest}`))} in all`,
      hint: 'wait until other pods have ended, request less, or let an autoscaler add nodes',
    };
  const none = tooMuch.filter(({ largest }) => parseQuantity(largest) === 0);
  return {
    what: tooMuch
      .map(({ name, amount, largest, count }) =>
        parseQuantity(largest) === 0
          ? `it requests ${name} ${amount} and none of the ${count} nodes has any`
          : `it requests ${name} ${amount} and the largest of ${count} nodes has ${largest}`,
      )
      .join(', '),
    hint:
      none.length > 0
        ? `use a node pool that has ${listed(none.map(({ name }) => name))}, or do not ask for it`
        : `request less than ${listed(tooMuch.map(({ name, largest }) => `${name} ${largest}`))}, or add larger nodes`,
  };
}

function isSelected({ spec }: PodObject, { metadata }: NodeObject): boolean {
  return Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Taints of a node that keep a pod away from it. */
function blockingTaints({ spec }: PodObject, node: NodeObject): readonly TaintObject[] {
  return (node.spec?.taints ?? []).filter(
    ({ key, value = '', effect }) =>
      effect !== 'PreferNoSchedule' &&
      // what cordoning adds is told as such
      key !== 'node.kubernetes.io/unschedulable' &&
      !(spec?.tolerations ?? []).some(
        (one) =>
          (one.effect === undefined || one.effect === '' || one.effect === effect) &&
          (one.key === undefined || one.key === '' || one.key === key) &&
          (one.operator === 'Exists' || (one.key === key && (one.value ?? '') === value)),
      ),
  );
}

function renderTaint({ key, value, effect }: TaintObject): string {
  return `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`;
}

function renderToleration({ key, value, effect }: TaintObject): string {
  const match = value ? `operator: Equal, value: "${value}"` : 'operator: Exists';
  return `{ key: "${key}", ${match}${effect ? `, effect: ${effect}` : ''} }`;
}

/** The sum of what the containers of a pod request. */
function requestOf({ spec }: PodObject, name: string): string | undefined {
  const amounts = (spec?.containers ?? []).flatMap(({ resources }) => resources?.requests?.[name] ?? []);
  if (amounts.length < 2) return amounts[0];
  return String(amounts.reduce((sum, amount) => sum + parseQuantity(amount), 0));
}

/** Cores as people write them: the API server turns 1000 into 1k. */
function readable(name: string, amount: string): string {
  return name === 'cpu' ? renderCpus(parseQuantity(amount)) : amount;
}

/** How often each occurs, the most frequent first. */
function countBy<One>(
  all: readonly One[],
  keyOf: (one: One) => string,
): readonly { readonly key: string; readonly one: One; readonly count: number }[] {
  const counts = new Map<string, { key: string; one: One; count: number }>();
  for (const one of all) {
    const key = keyOf(one);
    const known = counts.get(key) ?? { key, one, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

const ofNodes = (count: number, all: number): string =>
  count === all
    ? all === 1
      ? 'the only fitting node'
      : `all ${all} fitting nodes`
    : `${count} of ${all} fitting nodes`;
const has = (count: number): string => (count === 1 ? 'has' : 'have');
const is = (count: number): string => (count === 1 ? 'is' : 'are');
const listed = (words: readonly string[]): string => words.join(' and ');
