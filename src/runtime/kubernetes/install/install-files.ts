import { renderYaml } from '../manifest/render-yaml.ts';
import type { InstallObject } from './install-options.ts';

/** An installation as files by name: one an object, and what ties them together for `kubectl apply -k`. */
export function renderInstallFiles(objects: readonly InstallObject[]): Readonly<Record<string, string>> {
  const files = objects.map((object) => [fileName(object), renderYaml([object])] as const);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: files.map(([name]) => name),
  };
  return { ...Object.fromEntries(files), 'kustomization.yaml': renderYaml([kustomization]) };
}

function fileName({ kind, metadata }: InstallObject): string {
  const words = kind.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return kind === 'Namespace' ? `${words}.yaml` : `${words}-${metadata.name}.yaml`;
}
