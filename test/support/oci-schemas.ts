import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';

const folder = path.join(import.meta.dirname, '../functions/image/schemas');

export type OciDocument =
  | 'config-schema'
  | 'image-manifest-schema'
  | 'image-index-schema'
  | 'image-layout-schema';

/** What the schemas of the OCI image specification have against a document; nothing when it is right. */
export function ociSchemaErrors(kind: OciDocument, document: unknown): readonly string[] {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json')))
    ajv.addSchema(withoutIds(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))) as object, name);
  const validate = ajv.getSchema(`${kind}.json`);
  if (validate === undefined) throw new Error(`there is no schema ${kind}`);
  if (validate(document) === true) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Their ids are of an older draft, which ajv refuses; their references are by file. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}
