import type { V1LabelSelector, V1NetworkPolicySpec } from '@kubernetes/client-node';
import { labelKeys } from '../manifest/object-name.ts';
import { parseEgress } from './egress.ts';
import { installLabels, selectorLabels } from './install-labels.ts';
import { type InstallObject, type InstallOptions, installName, serverPort } from './install-options.ts';

/** A run whose pod has this label with the value `open` may connect to everywhere. */
export const networkLabel = 'slipway-network';

/**
 * Nobody connects to a pod of the namespace, except its pods to the tracking server. Runs look up names and connect to the tracking
 * server and to what was named; not where neither is, since nothing would be left that they could do.
 */
export function renderNetwork(options: InstallOptions): readonly InstallObject[] {
  if (options.networkPolicy === false) return [];
  const { server, egress = [] } = options;
  return [
    policy(options, 'default', { podSelector: {}, policyTypes: ['Ingress'] }),
    ...(server || egress.length > 0 ? [policy(options, 'run', runPolicy(options))] : []),
    ...(server ? [policy(options, 'server', serverPolicy(options))] : []),
  ];
}

function runPolicy(options: InstallOptions): V1NetworkPolicySpec {
  const { server, egress = [] } = options;
  const names = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ];
  const toServer = {
    to: [{ podSelector: { matchLabels: selectorLabels(options, 'server') } }],
    ports: [{ protocol: 'TCP', port: serverPort }],
  };
  return {
    podSelector: runSelector,
    policyTypes: ['Egress'],
    egress: [{ to: nameServers, ports: names }, ...(server ? [toServer] : []), ...egress.map(parseEgress)],
  };
}

/** Names are looked up in the cluster, or in the cache of names that many clusters keep on every node. */
const nameServers = [{ namespaceSelector: {} }, { ipBlock: { cidr: '169.254.20.10/32' } }];

/** Pods of runs that did not opt out. What Argo puts beside a step must reach the cluster's API. */
const runSelector: V1LabelSelector = {
  matchExpressions: [
    { key: labelKeys.run, operator: 'Exists' },
    { key: networkLabel, operator: 'NotIn', values: ['open'] },
    { key: 'workflows.argoproj.io/workflow', operator: 'DoesNotExist' },
  ],
};

function serverPolicy(options: InstallOptions): V1NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selectorLabels(options, 'server') },
    policyTypes: ['Ingress'],
    ingress: [{ _from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: serverPort }] }],
  };
}

function policy(options: InstallOptions, component: string, spec: V1NetworkPolicySpec): InstallObject {
  const { ingress, ...rest } = spec;
  // the client's types call `from` otherwise, because it is a keyword elsewhere
  const rules = ingress?.map(({ _from, ...rule }) => ({ from: _from, ...rule }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: `${installName(options)}-${component}`,
      namespace: options.namespace,
      labels: installLabels(options, component),
    },
    ...{ spec: { ...rest, ...(rules === undefined ? {} : { ingress: rules }) } },
  };
}
