import type { OptionValues } from '../../core/option-table.ts';
import type { PipelineRequest } from '../../projects/start-pipeline.ts';
import type { NamedPipeline } from './load-named-pipeline.ts';

export type PipelineOptionName =
  | 'param'
  | 'name'
  | 'label'
  | 'onFailure'
  | 'runtime'
  | 'parallel'
  | 'timeout';

/** The request that flags, and the pipeline's entry in project.yaml below them, stand for. */
export function createPipelineRequest(
  { entry }: NamedPipeline,
  options: Partial<Pick<OptionValues, PipelineOptionName>>,
): PipelineRequest {
  const onFailure = options.onFailure ?? entry?.onFailure;
  return {
    ...(entry?.params ? { params: entry.params } : {}),
    ...(options.param ? { paramTexts: options.param } : {}),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.label ? { labels: options.label } : {}),
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(options.parallel === undefined ? {} : { parallelism: options.parallel }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  };
}
