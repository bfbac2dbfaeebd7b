import { type Json, toJson } from '../../core/json.ts';
import { invalidParams } from '../../functions/errors.ts';
import type { ParameterSpec } from '../../functions/function-spec.ts';
import { type ArgumentProblem, validateArguments } from '../../functions/validate-arguments.ts';
import type { PipelineSignature } from '../source/read-parameters.ts';

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
  const checked = checkValues(pipeline, signature, given);
  if ('complete' in checked) return { given, complete: checked.complete };
  const { problems } = checked;
  throw invalidParams(
    `pipeline "${pipeline}" cannot be planned: ${problems.map((one) => one.message).join('; ')}`,
    { hint: '`slipway describe pipeline` shows what it takes', details: { pipeline, problems } },
  );
}

/** What is wrong with one value of a parameter; empty when nothing is. */
export function checkParameterValue(parameter: ParameterSpec, value: Json): readonly string[] {
  const signature = { parameters: [parameter], acceptsUnknown: false };
  const checked = checkValues(parameter.name, signature, { [parameter.name]: value });
  return 'complete' in checked ? [] : checked.problems.map((one) => one.message);
}

function checkValues(
  name: string,
  signature: PipelineSignature,
  params: Readonly<Record<string, Json>>,
): { complete: Readonly<Record<string, Json>> } | { problems: readonly ArgumentProblem[] } {
  try {
    return { complete: validateArguments({ name, results: [], ...signature }, { params }).params };
  } catch (error) {
    if (!invalidParams.is(error)) throw error;
    return { problems: error.details?.problems as readonly ArgumentProblem[] };
  }
}
