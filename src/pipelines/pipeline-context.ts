import type { Condition } from './condition.ts';
import type { PipelineContext, WhenResult } from './pipeline.ts';
import type { PipelineBuilder } from './pipeline-builder.ts';
import type { Reference, ReferenceTo } from './reference.ts';
import { createReference } from './reference-value.ts';

/** The `p` that a pipeline's body gets: a view on the builder. */
export function createPipelineContext(builder: PipelineBuilder): PipelineContext {
  return {
    artifact: ((step: unknown, key: string) => builder.artifact(step, key)) as PipelineContext['artifact'],
    parameter: <Value>(name: string) =>
      createReference({
        pipeline: builder,
        pipelineName: builder.name,
        parameter: name,
        path: [],
      }) as Reference<Value>,
    after: (...steps) => ({ do: (body) => builder.after(steps, body) }),
    when: <Result>(condition: Condition | ReferenceTo<unknown>, body: () => Result): WhenResult<Result> => {
      const result = builder.when(condition, false, body);
      return {
        result,
        else: (other) => ({ result, otherwise: builder.when(condition, true, other) }),
      };
    },
    onExit: (body) => builder.onExit(body),
  };
}
