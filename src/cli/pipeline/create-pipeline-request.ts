import type { OptionValues } from '../../core/option-table.ts';
import type { PipelineRequest } from '../../projects/start-pipeline.ts';
import { type ClusterOptionName, readClusterOptions } from '../cluster/read-cluster-options.ts';
import { type NotificationOptionName, notificationRequest } from '../run/parse-notifications.ts';
import type { NamedPipeline } from './load-named-pipeline.ts';

export type PipelineOptionName =
  | 'param'
  | 'name'
  | 'label'
  | 'engine'
  | 'onFailure'
  | 'cache'
  | 'noCache'
  | 'cacheMode'
  | 'runtime'
  | 'image'
  | 'network'
  | 'registryName'
  | ClusterOptionName
  | 'parallel'
  | 'timeout'
  | NotificationOptionName;

/** The request that flags, and the pipeline's entry in project.yaml below them, stand for. */
export function createPipelineRequest(
  { entry }: Pick<NamedPipeline, 'entry'>,
  options: Partial<Pick<OptionValues, PipelineOptionName>>,
  directory: string,
): PipelineRequest {
  const onFailure = options.onFailure ?? entry?.onFailure;
  const cache = cacheMode(options);
  const kubernetes = readClusterOptions(options, directory);
  return {
    ...(entry?.params ? { params: entry.params } : {}),
    ...(options.param ? { paramTexts: options.param } : {}),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.label ? { labels: options.label } : {}),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(options.registryName === undefined ? {} : { imageName: options.registryName }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(cache === undefined ? {} : { cache }),
    ...(options.parallel === undefined ? {} : { parallelism: options.parallel }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    ...notificationRequest(options),
  };
}

/** What `--cache`, `--no-cache` and `--cache-mode` say together; of the first two the last one given counts. */
export function cacheMode({
  cache,
  noCache,
  cacheMode: mode,
}: Partial<Pick<OptionValues, 'cache' | 'noCache' | 'cacheMode'>>): PipelineRequest['cache'] {
  return noCache ? 'off' : cache ? 'on' : mode;
}
