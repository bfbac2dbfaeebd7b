import { type Json, toJson } from '../core/json.ts';
import type { HandlerSpec } from '../functions/function-spec.ts';
import { validateArguments } from '../functions/validate-arguments.ts';
import type { PipelineSignature } from './read-parameters.ts';

export interface CheckedArguments {
  /** As given, for the body: its own defaults fill in the rest. */
  readonly given: Readonly<Record<string, Json>>;
  /** With the literal defaults, for the plan. */
  readonly complete: Readonly<Record<string, Json>>;
}

/** Checks a pipeline's arguments by its signature; throws `INVALID_PARAMS` listing everything that is wrong. */
export function checkArguments(
  pipeline: string,
  signature: PipelineSignature,
  args: Readonly<Record<string, unknown>>,
): CheckedArguments {
  const given = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, toJson(value)]));
  const contract: HandlerSpec = {
    name: pipeline,
    parameters: signature.parameters,
    results: [],
    acceptsUnknown: signature.acceptsUnknown,
  };
  const { params } = validateArguments(contract, { params: given, inputs: {} });
  return { given, complete: params };
}
