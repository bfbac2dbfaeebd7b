import type { Artifact } from '../data/artifact.ts';
import type { ParameterSpec } from '../functions/function-spec.ts';
import { buildPlan, type PlanOptions } from './build-plan.ts';
import type { Condition } from './condition.ts';
import { outsidePipeline, pipelineNested } from './errors.ts';
import { currentPipeline } from './pipeline-builder.ts';
import type { Plan } from './plan.ts';
import { type PipelineSignature, readSignature } from './read-parameters.ts';
import type { LoggedArtifact, Reference, ReferenceTo, StepHandle } from './reference.ts';

/** What a pipeline's body gets as its first argument. */
export interface PipelineContext {
  /** An artifact that a step logs (`ctx.logModel('model', …)`) but does not return. Any input takes it unless a kind is given. */
  artifact(step: StepHandle, key: string): LoggedArtifact;
  artifact<Kind extends Artifact>(step: StepHandle, key: string): Reference<Kind>;
  /** A parameter as a reference, so that the plan keeps the edge to it instead of the value. */
  parameter<Value = unknown>(name: string): Reference<Value>;
  /** Orders steps where no data does: what `do` adds starts when all of `steps` have completed. */
  after(...steps: readonly (StepHandle | ReferenceTo<unknown>)[]): { do<Result>(body: () => Result): Result };
  /** Steps added by `body` run only if the condition holds when its values are known; else they are skipped. */
  when<Result>(condition: Condition | ReferenceTo<unknown>, body: () => Result): WhenResult<Result>;
  /** The one step that `body` adds runs at the end, however the others ended; it gets the final status as argument `status`. */
  onExit(body: () => unknown): void;
}

/** What the steps inside `when` returned; `else` adds steps that run in the opposite case. */
export interface WhenResult<Result> {
  readonly result: Result;
  else<Other>(body: () => Other): { readonly result: Result; readonly otherwise: Other };
}

/** What a pipeline's body returns: its outputs by name, as references or values. */
export type PipelineOutputs = Readonly<Record<string, unknown>>;

export type PipelineBody<Params, Outputs> = (p: PipelineContext, params: Params) => Outputs;

export interface PipelineOptions {
  /** Contract of the parameters. @default read from the second parameter of the body */
  readonly parameters?: readonly ParameterSpec[];
  /** `stop`: when a step fails no other starts and running ones are aborted. `continue`: what does not depend on it runs on. @default 'stop' */
  readonly onFailure?: 'stop' | 'continue';
  /** Steps at once. @default number of cores */
  readonly parallelism?: number;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A typed graph of function calls. It runs nothing by itself: `plan` gives the JSON that engines execute. */
export interface Pipeline<Params = Readonly<Record<string, unknown>>, Outputs = unknown> {
  readonly slipwayType: 'pipeline';
  readonly name: string;
  readonly description: string | undefined;
  /** Parameters with types and defaults, as far as the source tells. */
  readonly parameters: readonly ParameterSpec[];
  readonly options: PipelineOptions;
  /**
   * Builds the graph for these arguments. Throws `STEP_DUPLICATE`, `PIPELINE_INVALID` (all wrong arguments of steps at
   * once), `INVALID_PARAMS`, `REFERENCE_AS_VALUE`, `PIPELINE_ASYNC`.
   */
  plan(args?: Partial<Params>, options?: PlanOptions): Plan;
  /** Names of the outputs are typed after what the body returns. */
  readonly outputsType?: Outputs;
}

/**
 * Declares a pipeline: calling functions inside the body adds steps and gives typed references to their outputs.
 *
 * @example
 * const p = pipeline('train', (p, { depth = 4 }: { depth?: number }) => {
 *   const d = getData({});
 *   const m = train({ data: d.dataset, depth });
 *   return { accuracy: m.accuracy };
 * });
 */
export function pipeline<Params = Readonly<Record<string, unknown>>, Outputs = unknown>(
  name: string,
  body: PipelineBody<Params, Outputs>,
  options: PipelineOptions = {},
): Pipeline<Params, Outputs> {
  let signature: PipelineSignature | undefined;
  const readOnce = (): PipelineSignature => {
    signature ??=
      options.parameters === undefined
        ? readSignature(name, body)
        : { parameters: options.parameters, acceptsUnknown: false };
    return signature;
  };
  const value = {
    slipwayType: 'pipeline' as const,
    name,
    description: options.description,
    get parameters(): readonly ParameterSpec[] {
      return readOnce().parameters;
    },
    options,
    plan(args: Partial<Params> = {}, planOptions: PlanOptions = {}): Plan {
      refuseNesting(name);
      return buildPlan(
        { name, body, options, signature: planOptions.signature ?? readOnce() },
        args as Record<string, unknown>,
        planOptions,
      );
    },
  };
  return callable(name, value);
}

/** Whether a value is a pipeline, of this or another loaded copy of the package. */
export function isPipeline(value: unknown): value is Pipeline {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return (value as { slipwayType?: unknown }).slipwayType === 'pipeline';
}

function refuseNesting(name: string): void {
  const outer = currentPipeline();
  if (outer === undefined) return;
  throw pipelineNested(`pipeline "${name}" is used inside pipeline "${outer.name}"`, {
    hint: `call the functions of "${name}" themselves there; pipelines inside pipelines are not possible yet`,
  });
}

/** Calling a pipeline like a function says what to do instead. */
function callable<Value extends object>(name: string, value: Value): Value {
  const call = (): never => {
    refuseNesting(name);
    throw outsidePipeline(`pipeline "${name}" is called like a function`, {
      hint: `use .run({ params }) to execute it, or .plan() to look at its graph`,
    });
  };
  Object.defineProperties(call, Object.getOwnPropertyDescriptors(value));
  return call as unknown as Value;
}
