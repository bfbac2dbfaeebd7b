import type { Json } from '../core/json.ts';
import type { TypeSchema } from './function-spec.ts';

/** A schema as a TypeScript type, for messages, documentation and `slipway.d.ts`: `number`, `'a' | 'b'`, `string[]`. */
export function schemaText(schema: TypeSchema): string {
  const { anyOf, type, format } = schema;
  const allowed = schema.enum;
  if (Array.isArray(anyOf))
    return (anyOf as readonly TypeSchema[]).map((each) => schemaText(each)).join(' | ');
  if (Array.isArray(allowed)) return (allowed as readonly Json[]).map(literalText).join(' | ');
  if (format === 'date-time') return 'Date';
  if (format === 'uri') return 'URL';
  if (format === 'bigint') return 'bigint';
  if (type === 'array') return arrayText(schema);
  if (type === 'object') return objectText(schema);
  return typeof type === 'string' ? type : 'unknown';
}

function arrayText(schema: TypeSchema): string {
  const { prefixItems, items, format } = schema as {
    prefixItems?: readonly TypeSchema[];
    items?: TypeSchema | boolean;
    format?: string;
  };
  const open = items !== false && typeof items !== 'object';
  if (prefixItems)
    return `[${[...prefixItems.map((item) => schemaText(item)), ...(open ? ['...unknown[]'] : [])].join(', ')}]`;
  const element = typeof items === 'object' ? schemaText(items) : 'unknown';
  if (format === 'set') return `Set<${element}>`;
  return / \| /.test(element) ? `(${element})[]` : `${element}[]`;
}

function objectText(schema: TypeSchema): string {
  const {
    properties = {},
    required = [],
    additionalProperties,
    format,
  } = schema as {
    properties?: Readonly<Record<string, TypeSchema>>;
    required?: readonly string[];
    additionalProperties?: boolean | TypeSchema;
    format?: string;
  };
  const rest = typeof additionalProperties === 'object' ? schemaText(additionalProperties) : 'unknown';
  const names = Object.keys(properties);
  if (format === 'map') return `Map<string, ${rest}>`;
  if (names.length === 0) return additionalProperties === false ? '{}' : `Record<string, ${rest}>`;
  const entries = names.map(
    (name) =>
      `${propertyKey(name)}${required.includes(name) ? '' : '?'}: ${schemaText(properties[name] ?? {})}`,
  );
  if (additionalProperties !== false && additionalProperties !== undefined)
    entries.push(`[key: string]: ${rest === 'unknown' ? rest : 'unknown'}`);
  return `{ ${entries.join('; ')} }`;
}

/** A name as an object type's key, quoted where it must be. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function literalText(value: Json): string {
  return typeof value === 'string'
    ? `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n')}'`
    : JSON.stringify(value);
}
