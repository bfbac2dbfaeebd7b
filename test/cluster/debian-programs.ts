import { existsSync } from 'node:fs';
import path from 'node:path';

/** The programs of the cluster that Debian packages bring, with the package of each. */
const debianPrograms: Readonly<Record<string, string>> = {
  etcd: 'etcd-server',
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  'docker-registry': 'docker-registry',
  iptables: 'iptables',
  conntrack: 'conntrack',
  skopeo: 'skopeo',
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
};

/** Programs that are not installed, with their packages. */
export function missingPackages(): Record<string, string> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  const missing = Object.entries(debianPrograms).filter(
    ([program]) => !folders.some((folder) => existsSync(path.resolve(folder, program))),
  );
  return Object.fromEntries(missing);
}
