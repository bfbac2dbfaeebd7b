import type { Artifact } from '../../data/artifact.ts';
import type { ParameterSpec } from '../../functions/function-spec.ts';
import { pipelineNested } from '../errors.ts';
import type { Plan, StepOptions } from '../plan/plan.ts';
import { type PipelineSignature, readSignature } from '../source/read-parameters.ts';
import { buildPlan, type PlanOptions } from './build-plan.ts';
import { callNested } from './call-nested.ts';
import type { Condition } from './condition.ts';
import type { MapOptions, MapPosition } from './map-draft.ts';
import type { ItemOf, Mappable, Mapped } from './mapped-reference.ts';
import { currentPipeline } from './pipeline-builder.ts';
import type { LoggedArtifact, Reference, ReferenceTo, StepArguments, StepHandle } from './reference.ts';
import { mergeStepOptions } from './step-defaults.ts';

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
  /**
   * Steps added by `body` run once for each item of a list, or entry of an object, that may be known only at run time. Gives
   * what the body returned as a list, in the order of the items; of a step or an object of outputs also by name, each a list.
   *
   * @example
   * const trained = p.map(data.folds, (fold) => train({ fold }), { parallelism: 4 });
   * return { accuracies: trained.accuracy };
   */
  map<Items, Result>(
    items: Items & Mappable<Items>,
    body: (item: Reference<ItemOf<Items>>, at: MapPosition) => Result,
    options?: MapOptions,
  ): Mapped<Result>;
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

/** What a pipeline takes where it is called inside another one: values, or references to outputs of steps. */
export type NestedArguments<Params> =
  Record<never, never> extends StepArguments<Params>
    ? readonly [args?: StepArguments<Params>, options?: NestedOptions]
    : readonly [args: StepArguments<Params>, options?: NestedOptions];

export interface NestedOptions {
  /** Steps that must have completed before the first one of the pipeline starts. */
  readonly after?: readonly object[];
}

/**
 * A typed graph of function calls. It runs nothing by itself: `plan` gives the JSON that engines execute. Called inside another
 * pipeline it adds its steps there, with its name before their ids (`prepare.load`), and gives what its body returns.
 */
export interface Pipeline<Params = Readonly<Record<string, unknown>>, Outputs = unknown> {
  (...args: NestedArguments<Params>): Outputs;
  readonly slipwayType: 'pipeline';
  readonly name: string;
  /** The same pipeline under another id, for a second call inside one pipeline. */
  as(id: string): Pipeline<Params, Outputs>;
  /** The same pipeline with options for all of its steps that do not say otherwise. */
  with(options: StepOptions): Pipeline<Params, Outputs>;
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
  const plan = (args: Partial<Params> = {}, planOptions: PlanOptions = {}): Plan => {
    refuseNesting(name);
    return buildPlan(
      { name, body, options, signature: planOptions.signature ?? readOnce() },
      args as Record<string, unknown>,
      planOptions,
    );
  };
  const derive = (id: string, stepOptions: StepOptions): Pipeline<Params, Outputs> => {
    const nested = { name, id, body, options: stepOptions, labels: options.labels };
    const call = (...[args, more]: NestedArguments<Params>): Outputs =>
      callNested(nested, readOnce(), args as Record<string, unknown> | undefined, more) as Outputs;
    const members = {
      slipwayType: 'pipeline' as const,
      name,
      description: options.description,
      options,
      plan,
      as: (other: string) => derive(other, stepOptions),
      with: (more: StepOptions) => derive(id, mergeStepOptions(stepOptions, more)),
    };
    Object.defineProperties(call, Object.getOwnPropertyDescriptors(members));
    Object.defineProperty(call, 'parameters', { get: () => readOnce().parameters, enumerable: true });
    return call as Pipeline<Params, Outputs>;
  };
  return derive(name, {});
}

/** A pipeline whose parameters have the types that its source tells, which the running body does not. */
export function typePipeline(loaded: Pipeline, signature: PipelineSignature): Pipeline {
  const call = (...args: NestedArguments<Readonly<Record<string, unknown>>>): unknown => loaded(...args);
  const plan: Pipeline['plan'] = (args, options) => loaded.plan(args, { signature, ...options });
  Object.defineProperties(call, {
    ...Object.getOwnPropertyDescriptors(loaded),
    parameters: { value: signature.parameters, enumerable: true },
    plan: { value: plan, enumerable: true },
  });
  return call as Pipeline;
}

/** Whether a value is a pipeline, of this or another loaded copy of the package. */
export function isPipeline(value: unknown): value is Pipeline {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return (value as { slipwayType?: unknown }).slipwayType === 'pipeline';
}

function refuseNesting(name: string): void {
  const outer = currentPipeline();
  if (outer === undefined) return;
  throw pipelineNested(`pipeline "${name}" is planned inside the body of pipeline "${outer.name}"`, {
    hint: `call it there to add its steps: ${name}({ … })`,
  });
}
