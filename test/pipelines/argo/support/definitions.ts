import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { argoDefinitions } from '../../../cluster/layout.ts';

interface Definition {
  readonly spec: {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}
type Schema = { readonly [key: string]: unknown };

/** The full definition of an Argo kind as a validator that knows every field and takes no other. */
export function definitionOf(plural: string): ValidateFunction {
  const file = path.join(argoDefinitions, `argoproj.io_${plural}.yaml`);
  const definition = parse(readFileSync(file, 'utf8')) as Definition;
  const schema = definition.spec.versions[0]?.schema.openAPIV3Schema ?? {};
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
    closed(schema) as Schema,
  );
}

/** The API server drops fields that a schema does not name; here they are an error. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isFree =
    copy['x-kubernetes-preserve-unknown-fields'] === true || copy.additionalProperties !== undefined;
  const hasFields = typeof copy.properties === 'object' && copy.type === 'object';
  const isIntOrString = copy['x-kubernetes-int-or-string'] === true;
  return {
    ...copy,
    ...(hasFields && !isFree ? { additionalProperties: false } : {}),
    ...(isIntOrString ? { anyOf: [{ type: 'integer' }, { type: 'string' }] } : {}),
  };
}
