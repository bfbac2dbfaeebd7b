import { apiRequest } from './api-request.ts';
import { type ClusterState, readClusterState, writeClusterState } from './cluster-state.ts';
import { killComponent, startComponent, untilReady } from './component.ts';
import { apiPort, apiServer } from './control-plane.ts';
import { kubeconfigOf } from './credentials.ts';
import { kubectlToken } from './kubectl.ts';
import { clusterFolders } from './layout.ts';

/** Kills a cluster's API server as if its machine had crashed, and starts it again. `whileDown` runs in between. */
export async function restartApiServer(
  name: string,
  whileDown: () => Promise<void> = async () => undefined,
): Promise<ClusterState> {
  const state = readClusterState(name);
  const running = state?.components['kube-apiserver'];
  if (!state?.holder || !running) throw new Error(`cluster "${name}" is not running`);
  await killComponent(running);
  try {
    await whileDown();
  } finally {
    // also when the test fails in between: its second try and the tests after it need the server
    await startApiServer(state);
  }
  return readClusterState(name) ?? state;
}

async function startApiServer(state: ClusterState): Promise<void> {
  const { name, holder } = state;
  const { config, logs, kubeconfig } = clusterFolders(name);
  const component = apiServer({ config, kubeconfig: kubeconfigOf(config) }, state.nodeAddress);
  const started = startComponent(component, { logs, holder });
  writeClusterState({ ...state, components: { ...state.components, [component.name]: started.process } });
  const access = {
    config,
    server: `https://${state.nodeAddress}:${apiPort}`,
    token: kubectlToken(kubeconfig),
  };
  await untilReady(started, async () => (await apiRequest(access, '/readyz'))?.status === 200);
}
