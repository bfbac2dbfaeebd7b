import type { Resources } from '../job.ts';
import type { KubernetesOptions } from '../kubernetes/manifest/kubernetes-options.ts';

/** What a level says for every runtime. */
export interface AnyRuntimeOptions {
  readonly resources?: Resources;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Options of outer levels without what an inner one says for every runtime: `--memory` of a call counts before `requests.memory` of the
 * project. Within one level what is said of clusters counts first.
 */
export function giveWay(
  outer: KubernetesOptions | undefined,
  { resources = {}, env = {} }: AnyRuntimeOptions,
): KubernetesOptions | undefined {
  if (outer === undefined) return outer;
  const amounts = [
    ...(resources.memory === undefined ? [] : ['memory']),
    ...(resources.cpus === undefined ? [] : ['cpu']),
  ];
  const names = Object.keys(env);
  const { gpus, ...rest } = outer;
  return {
    ...rest,
    ...(gpus === undefined || resources.gpus !== undefined ? {} : { gpus }),
    ...without(outer, ['requests', 'limits'], amounts),
    ...without(outer, ['env', 'envFromSecret', 'envFromConfigMap'], names),
  };
}

/** Those of the tables that are there, without the keys. */
function without(
  options: KubernetesOptions,
  tables: readonly (keyof KubernetesOptions)[],
  keys: readonly string[],
): Partial<KubernetesOptions> {
  return Object.fromEntries(
    tables
      .filter((table) => options[table] !== undefined)
      .map((table) => [
        table,
        Object.fromEntries(Object.entries(options[table] ?? {}).filter(([key]) => !keys.includes(key))),
      ]),
  );
}
