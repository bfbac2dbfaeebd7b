import { toJson } from '../../core/json.ts';
import type { Condition } from './condition.ts';
import type { MapBody, MapOptions } from './map-draft.ts';
import type { PipelineContext, WhenResult } from './pipeline.ts';
import type { PipelineBuilder } from './pipeline-builder.ts';
import type { Reference, ReferenceTo } from './reference.ts';
import { createReference, referenceTarget } from './reference-value.ts';

/**
 * The `p` that a pipeline's body gets: a view on the builder. `given` are the arguments of a pipeline inside another one, whose
 * parameters are not the plan's.
 */
export function createPipelineContext(
  builder: PipelineBuilder,
  given?: Readonly<Record<string, unknown>>,
): PipelineContext {
  return {
    artifact: ((step: unknown, key: string) => builder.artifact(step, key)) as PipelineContext['artifact'],
    parameter: <Value>(name: string) => parameterReference(builder, name, given) as Reference<Value>,
    after: (...steps) => ({ do: (body) => builder.after(steps, body) }),
    when: <Result>(condition: Condition | ReferenceTo<unknown>, body: () => Result): WhenResult<Result> => {
      const result = builder.when(condition, false, body);
      return {
        result,
        else: (other) => ({ result, otherwise: builder.when(condition, true, other) }),
      };
    },
    map: ((items: unknown, body: MapBody, options: MapOptions = {}) =>
      builder.map(items, body, options)) as PipelineContext['map'],
    onExit: (body) => builder.onExit(body),
  };
}

function parameterReference(
  builder: PipelineBuilder,
  name: string,
  given: Readonly<Record<string, unknown>> | undefined,
): Reference<unknown> {
  const own = { pipeline: builder, pipelineName: builder.name, path: [] };
  if (given === undefined) return createReference({ ...own, parameter: name });
  const value = given[name];
  return referenceTarget(value) === undefined
    ? createReference({ ...own, literal: toJson(value) })
    : (value as Reference<unknown>);
}
