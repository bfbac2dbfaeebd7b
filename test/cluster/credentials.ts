import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { certificateAuthority } from './control-plane.ts';
import { nodeName } from './node-components.ts';

/** Who talks to the API server, with the user and the groups that its static token stands for. */
const users: Readonly<Record<ClusterUser, { readonly user: string; readonly groups: string }>> = {
  admin: { user: 'admin', groups: 'system:masters' },
  'controller-manager': { user: 'system:kube-controller-manager', groups: '' },
  scheduler: { user: 'system:kube-scheduler', groups: '' },
  kubelet: { user: `system:node:${nodeName}`, groups: 'system:nodes' },
  proxy: { user: 'system:kube-proxy', groups: '' },
};

export type ClusterUser = 'admin' | 'controller-manager' | 'scheduler' | 'kubelet' | 'proxy';

export type Tokens = Readonly<Record<ClusterUser, string>>;

/** New tokens and a new key for service accounts: what an earlier cluster gave out is worth nothing here. */
export function writeCredentials(config: string): Tokens {
  mkdirSync(config, { recursive: true, mode: 0o700 });
  const names = Object.keys(users) as ClusterUser[];
  const tokens = Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')])) as Tokens;
  const lines = names.map((name) => `${tokens[name]},${users[name].user},${name},"${users[name].groups}"`);
  writeFileSync(path.join(config, 'tokens.csv'), `${lines.join('\n')}\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(
    path.join(config, 'service-accounts.key'),
    privateKey.export({ type: 'pkcs1', format: 'pem' }),
    { mode: 0o600 },
  );
  return tokens;
}

export const kubeconfigOf =
  (config: string) =>
  (user: string): string =>
    path.join(config, `${user}.kubeconfig`);

/** A kubeconfig a user, possible once the API server has made its certificate. */
export function writeKubeconfigs(config: string, tokens: Tokens, server: string): void {
  for (const user of Object.keys(users) as ClusterUser[])
    writeKubeconfig(kubeconfigOf(config)(user), { config, server, token: tokens[user] });
}

export function writeKubeconfig(
  file: string,
  { config, server, token }: { config: string; server: string; token: string },
): void {
  const authority = readFileSync(certificateAuthority(config)).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'slipway-test',
    clusters: [{ name: 'slipway-test', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [
      { name: 'slipway-test', context: { cluster: 'slipway-test', user: 'user', namespace: 'default' } },
    ],
  };
  writeFileSync(file, JSON.stringify(kubeconfig, null, 2), { mode: 0o600 });
}
