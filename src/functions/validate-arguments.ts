import { type Json, toJson } from '../core/json.ts';
import { nearestName } from '../core/nearest-name.ts';
import { checkSchema } from './check-schema.ts';
import { invalidParams } from './errors.ts';
import type { HandlerSpec, ParameterSpec } from './function-spec.ts';

export interface GivenArguments {
  readonly params?: Readonly<Record<string, unknown>>;
  /** Only the names are looked at. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface ValidArguments {
  readonly params: Readonly<Record<string, Json>>;
}

/** One thing that is wrong with the arguments, as in the error's `details.problems`. */
export interface ArgumentProblem {
  readonly code: 'PARAM_MISSING' | 'PARAM_UNKNOWN' | 'PARAM_TYPE' | 'INPUT_MISSING' | 'INPUT_UNKNOWN';
  readonly name: string;
  readonly message: string;
}

/**
 * Checks what a run is given against the handler's contract, and fills in literal defaults.
 * @returns the params as JSON, declared ones with a default included; a param given as `undefined` counts as not given
 * @throws INVALID_PARAMS listing every problem, in `details.problems` each with its own code
 */
export function validateArguments(handler: HandlerSpec, given: GivenArguments): ValidArguments {
  const params = definedOnly(given.params ?? {});
  const problems = argumentProblems(handler, given);
  if (problems.length > 0) throw invalidArguments(handler, problems);
  const defaults = handler.parameters.flatMap((parameter): [string, Json][] =>
    parameter.role === 'param' && parameter.default !== undefined
      ? [[parameter.name, parameter.default]]
      : [],
  );
  return { params: { ...Object.fromEntries(defaults), ...params } };
}

/** Everything that is wrong with the arguments, in the order of the contract. */
export function argumentProblems(handler: HandlerSpec, given: GivenArguments): readonly ArgumentProblem[] {
  const params = definedOnly(given.params ?? {});
  const inputs = definedOnly(given.inputs ?? {});
  return [
    ...handler.parameters.flatMap((parameter) => checkDeclared(parameter, params, inputs)),
    ...(handler.acceptsUnknown ? [] : unknownNames(handler, params, inputs)),
  ];
}

function definedOnly(values: Readonly<Record<string, unknown>>): Record<string, Json> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, toJson(value)]));
}

function checkDeclared(
  parameter: ParameterSpec,
  params: Readonly<Record<string, Json>>,
  inputs: Readonly<Record<string, unknown>>,
): ArgumentProblem[] {
  const { name, role } = parameter;
  const asParam = Object.hasOwn(params, name);
  const asInput = Object.hasOwn(inputs, name);
  if (role === 'input') {
    if (asParam)
      return [
        {
          code: 'INPUT_MISSING',
          name,
          message: `"${name}" is an input, not a param: give it as --input ${name}=<url>`,
        },
      ];
    if (asInput || !parameter.required) return [];
    return [
      {
        code: 'INPUT_MISSING',
        name,
        message: `input "${name}" is missing (${parameter.typeText ?? 'data'}): give it as --input ${name}=<url>`,
      },
    ];
  }
  if (asInput)
    return [
      {
        code: 'INPUT_UNKNOWN',
        name,
        message: `"${name}" is a param, not an input: give it as --param ${name}=<value>`,
      },
    ];
  if (asParam) return checkValue(parameter, params[name] ?? null);
  if (!parameter.required) return [];
  const type = parameter.typeText === undefined ? '' : ` (${parameter.typeText})`;
  return [{ code: 'PARAM_MISSING', name, message: `param "${name}" is missing${type}` }];
}

function checkValue({ name, schema }: ParameterSpec, value: Json): ArgumentProblem[] {
  return checkSchema(schema ?? {}, value).map(({ path, message }) => {
    const whole = path === '' ? name : path.startsWith('[') ? `${name}${path}` : `${name}.${path}`;
    return { code: 'PARAM_TYPE', name, message: `param "${whole}" ${message}` };
  });
}

function unknownNames(
  handler: HandlerSpec,
  params: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, unknown>>,
): ArgumentProblem[] {
  const names = handler.parameters.map((parameter) => parameter.name);
  const problem = (role: 'param' | 'input', name: string): ArgumentProblem => {
    const nearest = nearestName(name, names);
    const takes =
      names.length === 0 ? 'it takes none' : `it takes ${names.map((each) => `"${each}"`).join(', ')}`;
    return {
      code: role === 'param' ? 'PARAM_UNKNOWN' : 'INPUT_UNKNOWN',
      name,
      message: `${role} "${name}" is not known${nearest === undefined ? `: ${takes}` : `; did you mean "${nearest}"?`}`,
    };
  };
  return [
    ...Object.keys(params)
      .filter((name) => !names.includes(name))
      .map((name) => problem('param', name)),
    ...Object.keys(inputs)
      .filter((name) => !names.includes(name))
      .map((name) => problem('input', name)),
  ];
}

function invalidArguments(handler: HandlerSpec, problems: readonly ArgumentProblem[]): Error {
  const list = problems.map((problem) => problem.message).join('; ');
  return invalidParams(`handler "${handler.name}" cannot run: ${list}`, {
    hint: '`slipway doc` shows what the handler takes',
    details: { handler: handler.name, problems },
  });
}
