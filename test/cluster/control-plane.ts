import path from 'node:path';
import type { Component } from './component.ts';
import { programs } from './layout.ts';

export const serviceRange = '10.96.0.0/16';
export const podRange = '10.244.0.0/16';
export const apiPort = 6443;

/** Files that the components of the control plane share. */
export interface ControlPlaneFiles {
  readonly config: string;
  readonly kubeconfig: (user: string) => string;
}

const etcdAddress = 'http://127.0.0.1:2379';

/** etcd without waiting for the disk: what a test cluster stores may be lost. */
export const etcd: Component = {
  name: 'etcd',
  command: [
    'etcd',
    '--unsafe-no-fsync',
    '--data-dir=/var/lib/etcd',
    `--listen-client-urls=${etcdAddress}`,
    `--advertise-client-urls=${etcdAddress}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
  ],
};

export function apiServer({ config }: ControlPlaneFiles, nodeAddress: string): Component {
  const key = path.join(config, 'service-accounts.key');
  return {
    name: 'kube-apiserver',
    command: [
      programs.apiserver,
      `--etcd-servers=${etcdAddress}`,
      `--cert-dir=${certificates(config)}`,
      `--secure-port=${apiPort}`,
      `--advertise-address=${nodeAddress}`,
      `--service-cluster-ip-range=${serviceRange}`,
      `--token-auth-file=${path.join(config, 'tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--allow-privileged=true',
      '--endpoint-reconciler-type=lease',
      // a restart must not wait for connections of tests to end
      '--shutdown-delay-duration=0s',
    ],
  };
}

/** @param nodeGraceSeconds without a sign of life after which a node is not ready */
export function controllerManager(
  { config, kubeconfig }: ControlPlaneFiles,
  nodeGraceSeconds?: number,
): Component {
  return {
    name: 'kube-controller-manager',
    command: [
      programs.controllerManager,
      `--kubeconfig=${kubeconfig('controller-manager')}`,
      '--use-service-account-credentials',
      `--service-account-private-key-file=${path.join(config, 'service-accounts.key')}`,
      `--root-ca-file=${certificateAuthority(config)}`,
      '--allocate-node-cidrs',
      `--cluster-cidr=${podRange}`,
      `--service-cluster-ip-range=${serviceRange}`,
      '--leader-elect=false',
      ...(nodeGraceSeconds === undefined
        ? []
        : [`--node-monitor-grace-period=${nodeGraceSeconds}s`, '--node-monitor-period=1s']),
    ],
  };
}

export function scheduler({ kubeconfig }: ControlPlaneFiles): Component {
  return {
    name: 'kube-scheduler',
    command: [programs.scheduler, `--kubeconfig=${kubeconfig('scheduler')}`, '--leader-elect=false'],
  };
}

export const certificates = (config: string): string => path.join(config, 'certificates');

/** The API server signs for itself: its certificate file ends with the authority's. */
export const certificateAuthority = (config: string): string =>
  path.join(certificates(config), 'apiserver.crt');
