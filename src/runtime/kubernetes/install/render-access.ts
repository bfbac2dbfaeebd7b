import type { V1PolicyRule } from '@kubernetes/client-node';
import { installLabels } from './install-labels.ts';
import { type InstallObject, type InstallOptions, installName } from './install-options.ts';

/**
 * Who submits runs: creates Jobs with the Secrets that bring them what they need, watches them and reads their logs. Of Secrets it may
 * only create: the answer to any other request would show them. Pods it may change, to tell them that their tracking server has moved, and
 * delete, where one waits for what will not come or its node does not answer.
 */
const submitterRules: readonly V1PolicyRule[] = [
  {
    apiGroups: ['batch'],
    resources: ['jobs'],
    verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
  },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
];
const workflowRules: readonly V1PolicyRule[] = [
  {
    apiGroups: ['argoproj.io'],
    resources: ['workflows'],
    verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
  },
  // what keeps schedules
  { apiGroups: ['argoproj.io'], resources: ['cronworkflows'], verbs: ['create', 'get', 'patch'] },
  // brings the pods of a workflow their plan; it goes with the workflow that it belongs to
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
];
/** What Argo's own container in a step's pod reports. */
const stepRules: readonly V1PolicyRule[] = [
  { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] },
];
const nodeRules: readonly V1PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
];

/** Accounts, roles and what binds them. Runs and the server have accounts without any right. */
export function renderAccess(options: InstallOptions): readonly InstallObject[] {
  const rules = [...submitterRules, ...(options.argo ? workflowRules : [])];
  return [
    account(options, 'submitter'),
    account(options, 'run'),
    ...(options.server ? [account(options, 'server')] : []),
    ...(options.argo ? [account(options, 'argo'), argoToken(options)] : []),
    ...role(options, 'submitter', rules),
    ...(options.argo ? role(options, 'argo', stepRules) : []),
    ...(options.nodes ? nodeAccess(options) : []),
  ];
}

/** No pod gets a token by itself: one that needs it says so. */
function account(options: InstallOptions, component: string): InstallObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(options, component),
    ...{ automountServiceAccountToken: false },
  };
}

/** Argo mounts the token by this name into its own container: the one of user code gets none. */
function argoToken(options: InstallOptions): InstallObject {
  const { name, ...place } = metadata(options, 'argo');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...place,
      name: `${name}.service-account-token`,
      annotations: { 'kubernetes.io/service-account.name': name },
    },
    ...{ type: 'kubernetes.io/service-account-token' },
  };
}

function role(options: InstallOptions, component: string, rules: readonly V1PolicyRule[]): InstallObject[] {
  const name = `${installName(options)}-${component}`;
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(options, component),
      ...{ rules },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata(options, component),
      ...binding('Role', name, { name, namespace: options.namespace }),
    },
  ];
}

/** Nodes belong to no namespace: neither does the role, so its name says which installation it is of. */
function nodeAccess(options: InstallOptions): InstallObject[] {
  const { namespace } = options;
  const name = `${namespace}-${installName(options)}-nodes`;
  const labels = installLabels(options, 'submitter');
  const account = { name: `${installName(options)}-submitter`, namespace };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, labels },
      ...{ rules: nodeRules },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      ...binding('ClusterRole', name, account),
    },
  ];
}

function binding(
  kind: 'Role' | 'ClusterRole',
  name: string,
  account: { readonly name: string; readonly namespace: string },
): object {
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}

function metadata(options: InstallOptions, component: string): InstallObject['metadata'] {
  return {
    name: `${installName(options)}-${component}`,
    namespace: options.namespace,
    labels: installLabels(options, component),
  };
}
