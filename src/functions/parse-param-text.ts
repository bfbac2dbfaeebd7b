import type { Json } from '../core/json.ts';
import { checkSchema } from './check-schema.ts';
import type { ParameterSpec, TypeSchema } from './function-spec.ts';

/**
 * Value of a param given as text (`--param k=v`, an environment variable, a cell of a table): a string param takes the
 * text as it is, any other one is JSON; without a schema the text is JSON if it parses. An integer beyond ±2^53 stays text
 * where the param takes it so (bigint). What does not parse stays text, and validation then says what was expected.
 */
export function parseParamText(parameter: Pick<ParameterSpec, 'schema'> | undefined, text: string): Json {
  const schema = parameter?.schema;
  if (schema && takesOnlyText(schema)) return text;
  const parsed = tryJson(text);
  if (!schema) return parsed === undefined ? text : parsed;
  // a number of JSON would round it
  if (isLongInteger(text, parsed) && fits(schema, text)) return text;
  if (parsed !== undefined && fits(schema, parsed)) return parsed;
  return fits(schema, text) || parsed === undefined ? text : parsed;
}

function takesOnlyText(schema: TypeSchema): boolean {
  const { anyOf } = schema;
  const allowed = schema.enum;
  if (Array.isArray(allowed)) return allowed.every((value) => typeof value === 'string');
  if (Array.isArray(anyOf)) return (anyOf as readonly TypeSchema[]).every((each) => takesOnlyText(each));
  return schema.type === 'string';
}

const isLongInteger = (text: string, parsed: Json | undefined): boolean =>
  typeof parsed === 'number' && /^-?\d+$/.test(text) && !Number.isSafeInteger(parsed);

const fits = (schema: TypeSchema, value: Json): boolean => checkSchema(schema, value).length === 0;

function tryJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // not JSON: the text itself is the value
    return undefined;
  }
}
