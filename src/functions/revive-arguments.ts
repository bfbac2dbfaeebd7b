import { type Json, type JsonObject, jsonNumber } from '../core/json.ts';
import type { HandlerSpec, TypeSchema } from './function-spec.ts';

/**
 * Params as the handler's types promise them: JSON texts become `Date`, `URL`, `bigint`, `Map`, `Set` and non-finite
 * numbers again where the signature says so. Everything else stays as it is.
 */
export function reviveArguments(
  handler: HandlerSpec,
  params: Readonly<Record<string, Json>>,
): Record<string, unknown> {
  const schemas = new Map(handler.parameters.map((parameter) => [parameter.name, parameter.schema]));
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, revive(schemas.get(name), value)]),
  );
}

function revive(schema: TypeSchema | undefined, value: Json): unknown {
  if (!schema || value === null) return value;
  const { anyOf, format, type } = schema;
  if (Array.isArray(anyOf)) return reviveUnion(anyOf as readonly TypeSchema[], value);
  if (typeof value === 'string') return reviveText(schema, value);
  if (format === 'bigint' && typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return reviveItems(schema, value as readonly Json[]);
  return type === 'object' && typeof value === 'object' ? reviveObject(schema, value as JsonObject) : value;
}

/** A text is revived only if it could not be meant as text. */
function reviveUnion(choices: readonly TypeSchema[], value: Json): unknown {
  const takesText = choices.some((choice) => choice.type === 'string' && choice.format === undefined);
  if (typeof value === 'string' && takesText) return value;
  const wanted = typeof value === 'string' ? undefined : Array.isArray(value) ? 'array' : typeof value;
  const matching = choices.filter(({ format, type }) => {
    if (wanted === undefined) return format !== undefined || type === 'number';
    return type === wanted || (wanted === 'number' && type === 'integer');
  });
  return matching.length === 1 ? revive(matching[0], value) : value;
}

function reviveText({ format, type }: TypeSchema, value: string): unknown {
  if (format === 'date-time') return new Date(value);
  if (format === 'uri') return new URL(value);
  if (format === 'bigint') return BigInt(value);
  return type === 'number' ? (jsonNumber(value) ?? value) : value;
}

function reviveItems(schema: TypeSchema, value: readonly Json[]): unknown {
  const { prefixItems, items, format } = schema as {
    prefixItems?: readonly TypeSchema[];
    items?: TypeSchema | boolean;
    format?: string;
  };
  const list = value.map((item, index) =>
    revive(prefixItems?.[index] ?? (typeof items === 'object' ? items : undefined), item),
  );
  return format === 'set' ? new Set(list) : list;
}

function reviveObject(schema: TypeSchema, value: JsonObject): unknown {
  const {
    properties = {},
    additionalProperties,
    format,
  } = schema as {
    properties?: Readonly<Record<string, TypeSchema>>;
    additionalProperties?: boolean | TypeSchema;
    format?: string;
  };
  const rest = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => [
    name,
    revive(Object.hasOwn(properties, name) ? properties[name] : rest, item),
  ]);
  return format === 'map' ? new Map(entries) : Object.fromEntries(entries);
}
