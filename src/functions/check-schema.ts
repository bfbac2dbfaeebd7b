import type { Json, JsonObject } from '../core/json.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { TypeSchema } from './function-spec.ts';
import { schemaText } from './schema-text.ts';

/** A value that does not fit: where (`options.depth`, empty for the value itself), and what was wanted. */
export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
}

/** Everything in a value that does not fit the schema; an empty schema takes anything. */
export function checkSchema(schema: TypeSchema, value: Json, path = ''): SchemaProblem[] {
  const anyOf = schema.anyOf;
  if (Array.isArray(anyOf)) return checkAnyOf(anyOf as readonly TypeSchema[], schema, value, path);
  const allowed = schema.enum;
  if (Array.isArray(allowed)) {
    const fits = (allowed as readonly Json[]).some((each) => each === value);
    return fits ? [] : [mismatch(schema, value, path)];
  }
  const type = schema.type;
  if (typeof type !== 'string') return [];
  if (!hasType(type, value)) return [mismatch(schema, value, path)];
  if (type === 'array') return checkItems(schema, value as readonly Json[], path);
  if (type === 'object') return checkProperties(schema, value as JsonObject, path);
  return checkFormat(schema, value, path);
}

/** JSON has no NaN and no infinities: as texts they are numbers (DESIGN: JSON values). */
const nonFinite: ReadonlySet<Json> = new Set(['NaN', 'Infinity', '-Infinity']);

function hasType(type: string, value: Json): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'number':
      return typeof value === 'number' || nonFinite.has(value);
    case 'integer':
      return Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value));
    default:
      return typeof value === type;
  }
}

/** One alternative must fit; if only one has the value's type, its own problems tell more than a list of types. */
function checkAnyOf(
  choices: readonly TypeSchema[],
  schema: TypeSchema,
  value: Json,
  path: string,
): SchemaProblem[] {
  const outcomes = choices.map((choice) => checkSchema(choice, value, path));
  if (outcomes.some((problems) => problems.length === 0)) return [];
  const sameType = choices.flatMap((choice, index) => {
    const type = choice.type;
    const structured = type === 'object' || type === 'array';
    return structured && hasType(type, value) ? [outcomes[index] ?? []] : [];
  });
  const [only] = sameType;
  return sameType.length === 1 && only ? only : [mismatch(schema, value, path)];
}

function checkItems(schema: TypeSchema, value: readonly Json[], path: string): SchemaProblem[] {
  const { prefixItems, items, minItems } = schema as {
    prefixItems?: readonly TypeSchema[];
    items?: TypeSchema | boolean;
    minItems?: number;
  };
  const fixed = prefixItems?.length ?? 0;
  const tooFew = minItems !== undefined && value.length < minItems;
  const tooMany = items === false && value.length > fixed;
  if (tooFew || tooMany) return [mismatch(schema, value, path)];
  return value.flatMap((item, index) => {
    const itemSchema = prefixItems?.[index] ?? (typeof items === 'object' ? items : undefined);
    return itemSchema ? checkSchema(itemSchema, item, `${path}[${index}]`) : [];
  });
}

function checkProperties(schema: TypeSchema, value: JsonObject, path: string): SchemaProblem[] {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Readonly<Record<string, TypeSchema>>;
    required?: readonly string[];
    additionalProperties?: boolean | TypeSchema;
  };
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({
      path: inside(name),
      message: `is required: expects ${schemaText(properties[name] ?? {})}`,
    }));
  const wrong = Object.entries(value).flatMap(([name, item]): SchemaProblem[] => {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (own) return checkSchema(own, item, inside(name));
    if (typeof additionalProperties === 'object')
      return checkSchema(additionalProperties, item, inside(name));
    if (additionalProperties !== false) return [];
    return [{ path: inside(name), message: `is not known${whatIsKnown(name, Object.keys(properties))}` }];
  });
  return [...missing, ...wrong];
}

function whatIsKnown(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  return known.length === 0 ? '; none are' : `; known are ${known.join(', ')}`;
}

function checkFormat(schema: TypeSchema, value: Json, path: string): SchemaProblem[] {
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(String(value))))
    return [mismatch(schema, value, path)];
  if (schema.format === 'uri' && !URL.canParse(String(value))) return [mismatch(schema, value, path)];
  return [];
}

function mismatch(schema: TypeSchema, value: Json, path: string): SchemaProblem {
  return { path, message: `expects ${schemaText(schema)}, got ${describeValue(value)}` };
}

/** `"abc" (string)`, `5 (number)`, `null`; long values cut. */
export function describeValue(value: Json): string {
  if (value === null) return 'null';
  const text = JSON.stringify(value);
  const shown = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return `${shown} (${Array.isArray(value) ? 'array' : typeof value})`;
}
