import type { OptionValues } from '../../core/option-table.ts';
import type { PipelineRequest } from '../../projects/start-pipeline.ts';
import type { NamedPipeline } from './load-named-pipeline.ts';

export type PipelineOptionName =
  | 'param'
  | 'name'
  | 'label'
  | 'onFailure'
  | 'cache'
  | 'noCache'
  | 'cacheMode'
  | 'runtime'
  | 'image'
  | 'network'
  | 'parallel'
  | 'timeout';

/** The request that flags, and the pipeline's entry in project.yaml below them, stand for. */
export function createPipelineRequest(
  { entry }: NamedPipeline,
  options: Partial<Pick<OptionValues, PipelineOptionName>>,
): PipelineRequest {
  const onFailure = options.onFailure ?? entry?.onFailure;
  const cache = cacheMode(options);
  return {
    ...(entry?.params ? { params: entry.params } : {}),
    ...(options.param ? { paramTexts: options.param } : {}),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.label ? { labels: options.label } : {}),
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.network === undefined ? {} : { network: options.network }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(cache === undefined ? {} : { cache }),
    ...(options.parallel === undefined ? {} : { parallelism: options.parallel }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
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
