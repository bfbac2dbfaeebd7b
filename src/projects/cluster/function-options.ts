import type { FunctionSpec } from '../../functions/function-spec.ts';
import { giveWay } from '../../runtime/cluster-options/give-way.ts';
import { mergeKubernetesOptions } from '../../runtime/cluster-options/merge-kubernetes-options.ts';
import type { KubernetesOptions } from '../../runtime/kubernetes/manifest/kubernetes-options.ts';
import type { ProjectSpec } from '../project-spec.ts';
import type { RunRequest } from '../workspace.ts';

/**
 * How the runs of a function look on a cluster: what project.yaml says of all, what it says of this function, what the function itself
 * brings, what the call asks for, of clusters or of any runtime; each counts before those it comes after.
 * @throws INVALID_KUBERNETES_OPTIONS naming every wrong field of the function or the call
 */
export async function functionKubernetesOptions(
  project: ProjectSpec,
  { metadata, spec }: FunctionSpec,
  call: Pick<RunRequest, 'kubernetes' | 'resources' | 'env'>,
): Promise<KubernetesOptions | undefined> {
  const entry = project.functions?.find(({ name }) => name === metadata.name);
  const own = await parsed(spec.kubernetes, `function "${metadata.name}"`);
  const asked = await parsed(call.kubernetes, `the run of "${metadata.name}"`);
  const outer = mergeKubernetesOptions(project.kubernetes, entry?.options?.kubernetes, own);
  return mergeKubernetesOptions(giveWay(outer, call), asked);
}

async function parsed(options: unknown, where: string): Promise<KubernetesOptions | undefined> {
  if (options === undefined) return undefined;
  const { parseKubernetesOptions } = await import('../../runtime/kubernetes/manifest/options-schema.ts');
  return parseKubernetesOptions(options, where);
}

/**
 * Checks what project.yaml says of clusters.
 * @throws INVALID_KUBERNETES_OPTIONS naming every wrong field
 */
export async function checkProjectKubernetes({ kubernetes, functions = [] }: ProjectSpec): Promise<void> {
  const { invalidKubernetesOptions } = await import('../../runtime/kubernetes/errors.ts');
  const entries: readonly (readonly [string, KubernetesOptions | undefined])[] = [
    ['project.yaml ("kubernetes")', kubernetes],
    ...functions.map(
      ({ name, options }) => [`function "${name}" in project.yaml`, options?.kubernetes] as const,
    ),
  ];
  for (const [where, options] of entries) {
    await parsed(options, where);
    if (options?.kubeconfig === undefined) continue;
    throw invalidKubernetesOptions(`${where} names the kubeconfig "${options.kubeconfig}"`, {
      hint: 'it belongs to a machine, not to a project: set KUBECONFIG or give --kubeconfig; the context may stand in project.yaml',
    });
  }
}
