import type { JobPatch } from '../kubernetes/manifest/job-patch.ts';
import type { KubernetesOptions } from '../kubernetes/manifest/kubernetes-options.ts';
import { type Fields, mergeFields } from './merge-fields.ts';

type Options = KubernetesOptions | undefined;

/** Tables that are joined by key; of the rest, what is not a list is replaced. */
const tables = [
  'requests',
  'limits',
  'nodeSelector',
  'env',
  'envFromSecret',
  'envFromConfigMap',
  'labels',
  'annotations',
  'securityContext',
] as const;

/**
 * Options of one level laid over those of the level outside it: project, function, call. Tables are joined, lists added to, volumes
 * told apart by where they are mounted, patches merged; anything else is replaced. Undefined where no level has any.
 */
export function mergeKubernetesOptions(...levels: readonly Options[]): KubernetesOptions | undefined {
  const given = levels.filter((level) => level !== undefined);
  return given.length === 0 ? undefined : given.reduce((outer, inner) => mergeTwo(outer, inner));
}

function mergeTwo(outer: KubernetesOptions, inner: KubernetesOptions): KubernetesOptions {
  return {
    ...outer,
    ...inner,
    ...Object.fromEntries(
      tables.filter((key) => outer[key] && inner[key]).map((key) => [key, { ...outer[key], ...inner[key] }]),
    ),
    ...joined('tolerations', unique([...(outer.tolerations ?? []), ...(inner.tolerations ?? [])])),
    ...joined('envFrom', unique([...(outer.envFrom ?? []), ...(inner.envFrom ?? [])])),
    ...joined(
      'imagePullSecrets',
      unique([...(outer.imagePullSecrets ?? []), ...(inner.imagePullSecrets ?? [])]),
    ),
    ...joined('volumes', byMountPath([...(outer.volumes ?? []), ...(inner.volumes ?? [])])),
    ...(outer.patch && inner.patch ? { patch: mergePatches(outer.patch, inner.patch) } : {}),
  };
}

const joined = <Key extends string, Item>(
  key: Key,
  items: readonly Item[],
): Record<string, readonly Item[]> => (items.length === 0 ? {} : { [key]: items });

function unique<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function byMountPath<Volume extends { readonly mountPath: string }>(
  volumes: readonly Volume[],
): readonly Volume[] {
  return [...new Map(volumes.map((volume) => [volume.mountPath, volume])).values()];
}

/** Two patches as one that does what the first and then the second would; what they take away stays taken away. */
function mergePatches(first: JobPatch, second: JobPatch): JobPatch {
  return mergeFields(first as Fields, second as Fields, 'keep nulls') as JobPatch;
}
