import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ClusterState, readClusterState, writeClusterState } from './cluster-state.ts';
import { type Component, killComponent, startComponent, untilReady } from './component.ts';
import { kubeconfigOf } from './credentials.ts';
import { renderLayer } from './images/layer.ts';
import { pushSimpleImage } from './images/provide-image.ts';
import { kubectl } from './kubectl.ts';
import { argoDefinitions, argoVersion, clusterFolders, programs } from './layout.ts';

const namespace = 'argo';
const controllerName = 'argo-workflow-controller';

/** Adds Argo Workflows to a running cluster: its definitions, and its controller as a process beside the control plane. */
export async function startArgo(state: ClusterState): Promise<ClusterState> {
  if (state.argo || !state.holder) return state;
  const { kubeconfig } = clusterFolders(state.name);
  const definitions = readdirSync(argoDefinitions).filter((name) => name.startsWith('argoproj.io_'));
  const files = definitions.flatMap((name) => ['-f', path.join(argoDefinitions, name)]);
  applyDefinitions(kubeconfig, files);
  kubectl(kubeconfig, ['wait', '--for=condition=established', 'crd', '--all', '--timeout=120s']);
  kubectl(kubeconfig, ['apply', '-f', '-'], JSON.stringify(renderArgoNamespace()));
  return startController(state);
}

/** The definitions are large: on a busy machine the API server may not be done with all of them in the time that it gives itself. */
function applyDefinitions(kubeconfig: string, files: readonly string[], tries: number = 3): void {
  try {
    kubectl(kubeconfig, ['apply', '--server-side', ...files]);
  } catch (error) {
    if (tries <= 1) throw error;
    applyDefinitions(kubeconfig, files, tries - 1);
  }
}

/** Kills the controller as if its machine had crashed, and starts it again. `whileDown` runs in between. */
export async function restartArgoController(
  name: string,
  whileDown: () => Promise<void>,
): Promise<ClusterState> {
  const state = readClusterState(name);
  const running = state?.components[controllerName];
  if (!state || !running) throw new Error(`cluster "${name}" runs no Argo`);
  await killComponent(running);
  try {
    await whileDown();
  } finally {
    // also when the test fails in between: its second try and the tests after it need the controller
    await startController(state);
  }
  return readClusterState(name) ?? state;
}

async function startController(state: ClusterState): Promise<ClusterState> {
  const { config, logs } = clusterFolders(state.name);
  const executor = await pushExecutor(state.registryPort);
  const component = controller(kubeconfigOf(config)('admin'), executor);
  const log = path.join(logs, `${component.name}.log`);
  const before = existsSync(log) ? statSync(log).size : 0;
  const running = startComponent(component, { logs, holder: state.holder });
  const next = { ...state, argo: true, components: { ...state.components, [running.name]: running.process } };
  writeClusterState(next);
  await untilReady(running, () =>
    readFileSync(log).subarray(before).includes('Manager initialized successfully'),
  );
  return next;
}

/** The controller asks for work again after a second instead of ten: tests have small graphs. */
function controller(kubeconfig: string, executor: string): Component {
  return {
    name: controllerName,
    command: [
      programs.argoController,
      `--kubeconfig=${kubeconfig}`,
      `--namespace=${namespace}`,
      `--executor-image=${executor}`,
      '--executor-image-pull-policy=IfNotPresent',
    ],
    env: { LEADER_ELECTION_DISABLE: 'true', LEADER_ELECTION_IDENTITY: 'one', DEFAULT_REQUEUE_TIME: '1s' },
  };
}

async function pushExecutor(port: number): Promise<string> {
  const content = readFileSync(programs.argoexec);
  const layer = await renderLayer([
    { name: 'bin/argoexec', content, mode: 0o755 },
    { name: 'tmp/', mode: 0o1777 },
    {
      name: 'etc/passwd',
      content: Buffer.from('root:x:0:0::/:/bin/false\nargoexec:x:8737:8737::/tmp:/bin/false\n'),
    },
  ]);
  const image = { layer, entrypoint: ['/bin/argoexec'], user: '8737' };
  return pushSimpleImage(image, `127.0.0.1:${port}/slipway-test/argoexec-${argoVersion}`);
}

const executorSecurity = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function renderArgoNamespace(): unknown {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'workflow-controller-configmap', namespace },
        // without it namespaces with restricted pod security refuse Argo's own containers
        data: { executor: JSON.stringify({ securityContext: executorSecurity }) },
      },
    ],
  };
}

/** Lets the steps of workflows in a namespace report their results: a service account `workflow` with nothing but that. */
export function renderStepAccount(namespace: string): unknown {
  const name = 'workflow';
  const metadata = { name, namespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'Role',
        metadata,
        rules: [
          { apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] },
        ],
      },
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup, kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    ],
  };
}
