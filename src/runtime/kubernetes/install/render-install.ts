import { checkInstall } from './check-install.ts';
import { installLabels } from './install-labels.ts';
import type { InstallObject, InstallOptions } from './install-options.ts';
import { renderAccess } from './render-access.ts';
import { renderNetwork } from './render-network.ts';
import { renderServer } from './render-server.ts';

/**
 * Everything that Slipway needs in a cluster, in the order in which it is created: a namespace for runs under restricted pod security,
 * accounts and their roles, network rules, and the tracking server. Pure; the value of no secret is in it.
 * @throws INVALID_KUBERNETES_OPTIONS
 */
export function renderInstall(options: InstallOptions): readonly InstallObject[] {
  checkInstall(options);
  return [
    renderNamespace(options),
    ...renderAccess(options),
    ...renderNetwork(options),
    ...renderServer(options),
  ];
}

function renderNamespace(options: InstallOptions): InstallObject {
  const security = ['enforce', 'audit', 'warn'].map((mode) => [
    `pod-security.kubernetes.io/${mode}`,
    'restricted',
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: options.namespace,
      labels: { ...installLabels(options, 'namespace'), ...Object.fromEntries(security) },
    },
  };
}
