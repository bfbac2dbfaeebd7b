import path from 'node:path';
import type { Component } from './component.ts';
import type { ControlPlaneFiles } from './control-plane.ts';
import { podRange } from './control-plane.ts';
import { programs } from './layout.ts';

export const nodeName = 'node1';
export const pauseImage = 'slipway.test/pause:1';
export const containerdSocket = '/run/containerd/containerd.sock';

export function containerd(config: string): Component {
  return { name: 'containerd', command: ['containerd', '--config', path.join(config, 'containerd.toml')] };
}

export function kubelet({ config, kubeconfig }: ControlPlaneFiles, nodeAddress: string): Component {
  return {
    name: 'kubelet',
    command: [
      programs.kubelet,
      `--config=${path.join(config, 'kubelet.json')}`,
      `--kubeconfig=${kubeconfig('kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${nodeAddress}`,
    ],
  };
}

export function proxy({ kubeconfig }: ControlPlaneFiles): Component {
  return {
    name: 'kube-proxy',
    command: [
      programs.proxy,
      `--kubeconfig=${kubeconfig('proxy')}`,
      `--hostname-override=${nodeName}`,
      `--cluster-cidr=${podRange}`,
      '--proxy-mode=iptables',
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0s',
      '--conntrack-tcp-timeout-close-wait=0s',
    ],
  };
}

/**
 * `restrict_oom_score_adj`: without the right to lower the score (CAP_SYS_RESOURCE) every pod would fail to start.
 * `config_path`: registries can be added while containerd runs, a folder each.
 */
export function renderContainerdConfig(config: string): string {
  return `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${path.join(config, 'cni')}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registryFolder(config)}"
`;
}

/** A folder \`<host:port>/hosts.toml\` in it tells containerd how to reach a registry. */
export const registryFolder = (config: string): string => path.join(config, 'registries');

export function renderRegistryHost(address: string): string {
  return `server = "http://${address}"\n[host."http://${address}"]\n  capabilities = ["pull", "resolve"]\n`;
}

export function renderPodNetwork(): unknown {
  return {
    cniVersion: '0.4.0',
    name: 'slipway',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: '10.244.0.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** What a test wants otherwise than it is: how logs are rotated, and how soon a node is missed. */
export interface NodeWishes {
  /** Size at which a container's log is rotated. @default '10Mi' */
  readonly logSize?: string;
  /** Seconds without a sign of life after which a node is not ready. @default 50 */
  readonly nodeGraceSeconds?: number;
}

/** Anonymous access lets the API server read logs and open shells; only this machine can reach the node. */
export function renderKubeletConfig(cgroup: string, { logSize, nodeGraceSeconds }: NodeWishes = {}): unknown {
  return {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    failSwapOn: false,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    evictionHard: {
      'memory.available': '50Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    imageGCHighThresholdPercent: 100,
    resolvConf: '',
    serializeImagePulls: false,
    registryPullQPS: 0,
    eventRecordQPS: 0,
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    localStorageCapacityIsolation: true,
    // as often as a kubelet looks at most
    ...(logSize === undefined
      ? {}
      : { containerLogMaxSize: logSize, containerLogMaxFiles: 3, containerLogMonitorInterval: '3s' }),
    ...(nodeGraceSeconds === undefined
      ? {}
      : { nodeStatusUpdateFrequency: '1s', nodeLeaseDurationSeconds: nodeGraceSeconds }),
  };
}
