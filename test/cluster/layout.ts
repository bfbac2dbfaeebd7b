import { homedir } from 'node:os';
import path from 'node:path';

export const kubernetesVersion = '1.33.13';
export const argoVersion = '3.7.0';
export const helmVersion = '3.18.6';

const home = homedir();

/** Where built programs are kept between test runs. */
export const cacheFolder: string = path.join(
  process.env.SLIPWAY_CI_CACHE ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(home, '.cache'), 'slipway-ci'),
  'cluster',
);

/** Below it lies a folder for every cluster that runs: `SLIPWAY_CLUSTER_STATE`, else the user's state folder. */
export const stateRoot: string =
  process.env.SLIPWAY_CLUSTER_STATE ??
  path.join(process.env.XDG_STATE_HOME ?? path.join(home, '.local/state'), 'slipway-cluster');

const kubernetes = path.join(cacheFolder, `kubernetes-${kubernetesVersion}`);
const argo = path.join(cacheFolder, `argo-${argoVersion}`);

/** The programs that are built from Go modules. */
export const programs: Readonly<
  Record<
    | 'apiserver'
    | 'controllerManager'
    | 'scheduler'
    | 'kubelet'
    | 'proxy'
    | 'kubectl'
    | 'pause'
    | 'argoController'
    | 'argoexec'
    | 'helm',
    string
  >
> = {
  apiserver: path.join(kubernetes, 'kube-apiserver'),
  controllerManager: path.join(kubernetes, 'kube-controller-manager'),
  scheduler: path.join(kubernetes, 'kube-scheduler'),
  kubelet: path.join(kubernetes, 'kubelet'),
  proxy: path.join(kubernetes, 'kube-proxy'),
  kubectl: path.join(kubernetes, 'kubectl'),
  pause: path.join(cacheFolder, 'pause-1/pause'),
  argoController: path.join(argo, 'workflow-controller'),
  argoexec: path.join(argo, 'argoexec'),
  helm: path.join(cacheFolder, `helm-${helmVersion}`, 'helm'),
};

/** Folder with Argo's custom resource definitions, from its module. */
export const argoDefinitions: string = path.join(argo, 'crds');

/** Files and folders of one cluster. */
export interface ClusterFolders {
  readonly root: string;
  readonly state: string;
  readonly kubeconfig: string;
  readonly logs: string;
  /** Configuration that is rendered at each start: certificates, tokens, kubelet, containerd, CNI. */
  readonly config: string;
  /** Folders that take the place of `/run`, `/var/lib` and `/var/log` inside the cluster's mount namespace. */
  readonly covers: Readonly<Record<'/run' | '/var/lib' | '/var/log', string>>;
  readonly registry: string;
}

export function clusterFolders(name: string): ClusterFolders {
  const root = path.join(stateRoot, name);
  return {
    root,
    state: path.join(root, 'state.json'),
    kubeconfig: path.join(root, 'kubeconfig'),
    logs: path.join(root, 'logs'),
    config: path.join(root, 'config'),
    covers: {
      '/run': path.join(root, 'run'),
      '/var/lib': path.join(root, 'lib'),
      '/var/log': path.join(root, 'log'),
    },
    registry: path.join(cacheFolder, 'registry'),
  };
}
