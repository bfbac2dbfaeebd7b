import type { ApiClient } from '../../runtime/kubernetes/api/api-client.ts';
import { kubernetesNotFound, kubernetesRefused } from '../../runtime/kubernetes/errors.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { Workspace } from '../workspace.ts';

const reached = new WeakMap<ApiClient, Map<string, Promise<void>>>();

/**
 * The cluster that options lead to, once it has answered and has the namespace: what is wrong with it is told before an image is
 * pushed or a run begins. Asked once for a namespace.
 * @throws KUBECONFIG_INVALID, KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED, KUBERNETES_NOT_FOUND
 */
export async function reachCluster(
  workspace: Pick<Workspace, 'cluster'>,
  options: KubernetesOptions = {},
): Promise<ApiClient> {
  const client = await workspace.cluster(options);
  const namespace = options.namespace ?? client.namespace;
  const asked = reached.get(client) ?? new Map<string, Promise<void>>();
  reached.set(client, asked);
  const answer = asked.get(namespace) ?? requireNamespace(client, namespace);
  asked.set(namespace, answer);
  // what is not there may be made
  answer.catch(() => asked.delete(namespace));
  await answer;
  return client;
}

async function requireNamespace(client: ApiClient, namespace: string): Promise<void> {
  try {
    await client.request('GET', `/api/v1/namespaces/${namespace}`);
  } catch (error) {
    // who may run Jobs in a namespace need not be allowed to look at the namespace itself
    if (kubernetesRefused.is(error) && error.details?.status === 403) return;
    if (!kubernetesNotFound.is(error)) throw error;
    throw kubernetesNotFound(`namespace "${namespace}" does not exist on the cluster at "${client.server}"`, {
      hint: `create it (\`kubectl create namespace ${namespace}\`), or name another with --namespace`,
      cause: error,
    });
  }
}
