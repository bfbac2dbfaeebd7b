import { nearestName } from '../../core/nearest-name.ts';
import { outsidePipeline, pipelineAsync, pipelineInvalid } from '../errors.ts';
import type { StepOptions } from '../plan/plan.ts';
import { toPlanValue } from '../plan/plan-value.ts';
import type { PipelineSignature } from '../source/read-parameters.ts';
import { findCallSite, renderCallSite } from './call-site.ts';
import { checkParameterValue } from './check-arguments.ts';
import type { PipelineBody } from './pipeline.ts';
import { currentPipeline } from './pipeline-builder.ts';
import { createPipelineContext } from './pipeline-context.ts';
import { referenceTarget } from './reference-value.ts';
import { mergeStepOptions } from './step-defaults.ts';

/** A pipeline as it is called inside another one. */
export interface NestedCall {
  readonly name: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: any body's parameters
  readonly body: PipelineBody<any, unknown>;
  readonly options: StepOptions;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/**
 * Adds the steps of a pipeline to the one whose body is running, and gives what its own body returns. Wrong arguments are
 * reported with the other problems of the pipeline. Throws `OUTSIDE_PIPELINE`, `PIPELINE_NESTED`, `PIPELINE_ASYNC`.
 */
export function callNested(
  { name, id, body, options, labels }: NestedCall,
  signature: PipelineSignature,
  args: Readonly<Record<string, unknown>> = {},
  { after = [] }: { readonly after?: readonly object[] } = {},
): unknown {
  const builder = currentPipeline();
  if (builder === undefined)
    throw outsidePipeline(`pipeline "${name}" is called like a function`, {
      hint: 'use .run({ params }) to execute it, or .plan() to look at its graph; inside another pipeline a call adds its steps',
    });
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const site = findCallSite();
  const where = site === undefined ? '' : ` (${renderCallSite(site)})`;
  builder.problems.push(
    ...checkNested(signature, given, builder).map(({ what, hint }) =>
      pipelineInvalid(`pipeline "${id}"${where} ${what}`, {
        hint,
        ...(site === undefined ? {} : { location: site }),
      }),
    ),
  );
  const returned = builder.nest(
    { id, body, after, options: labels === undefined ? options : mergeStepOptions({ labels }, options) },
    () => body(createPipelineContext(builder, withDefaults(signature, given)), given),
  );
  refusePromise(name, returned);
  return returned;
}

interface Problem {
  readonly what: string;
  readonly hint?: string | undefined;
}

function checkNested(
  { parameters, acceptsUnknown }: PipelineSignature,
  given: Readonly<Record<string, unknown>>,
  builder: object,
): readonly Problem[] {
  const names = parameters.map((parameter) => parameter.name);
  const unknown = Object.keys(given).filter((name) => !acceptsUnknown && !names.includes(name));
  return [
    ...unknown.map((name): Problem => {
      const near = nearestName(name, names);
      const hint = near === undefined ? `it takes ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
      return { what: `got a parameter "${name}" that it does not have`, hint };
    }),
    ...parameters.flatMap((parameter): readonly Problem[] => {
      const value = given[parameter.name];
      if (value === undefined)
        return parameter.required ? [{ what: `is missing its parameter "${parameter.name}"` }] : [];
      const planned = toPlanValue(value, builder);
      if (planned.type !== 'literal') return [];
      return checkParameterValue(parameter, planned.value).map((what) => ({
        what: `cannot be called: ${what}`,
      }));
    }),
  ];
}

function withDefaults(
  { parameters }: PipelineSignature,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const defaults = parameters.filter((parameter) => parameter.default !== undefined);
  return { ...Object.fromEntries(defaults.map((one) => [one.name, one.default])), ...given };
}

function refusePromise(name: string, returned: unknown): void {
  if (referenceTarget(returned) !== undefined) return;
  if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then !== 'function') return;
  (returned as PromiseLike<unknown>).then(undefined, () => undefined);
  throw pipelineAsync(`the body of pipeline "${name}" is asynchronous`, {
    hint: 'remove async and await from it: it only wires steps; load functions before, and wait inside handlers',
  });
}
