import type { Json, JsonObject } from '../../core/json.ts';
import type { RunRecord } from '../run.ts';
import type { ArtifactRow } from '../store.ts';
import type { FieldScope } from './condition.ts';
import {
  labelValue,
  numberValue,
  type SearchValue,
  searchText,
  searchValue,
  textValue,
} from './search-value.ts';

/** Everything a filter can ask about one thing, by scope and key. */
export type SearchFields = Readonly<Partial<Record<FieldScope, ReadonlyMap<string, SearchValue>>>>;

/** How deep objects are opened for keys such as `params.model.depth`. */
const maxDepth = 6;

/** The searchable fields of a run, attributes left out; the index holds exactly these. */
export function runSearchFields(record: RunRecord): SearchFields {
  return {
    metrics: flatten(record.metrics),
    params: flatten(record.params),
    results: flatten(record.results),
    labels: new Map(Object.entries(record.labels).map(([key, text]) => [searchText(key), labelValue(text)])),
    inputs: inputFields(record),
  };
}

/** A run's own properties as the search language names them. Seconds for `duration`, which an unended run has not. */
export function runAttributes(record: RunRecord): Readonly<Record<string, string | number | undefined>> {
  const { function: fn, startedAt, endedAt } = record;
  const elapsed = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
  return {
    uid: record.uid,
    name: record.name,
    project: record.project,
    state: record.state,
    kind: record.kind,
    runtime: record.runtime,
    function: fn?.name,
    handler: fn?.handler,
    createdAt: record.createdAt,
    startedAt,
    endedAt,
    parent: record.parent,
    iteration: record.iteration,
    step: record.step,
    // a clock set back must not make it negative
    duration: elapsed === undefined ? undefined : Math.max(0, elapsed) / 1000,
  };
}

export function artifactSearchFields(row: ArtifactRow): SearchFields {
  const metadata = row.metadata ?? {};
  const attributes = {
    key: row.key,
    kind: row.kind,
    digest: row.digest,
    uri: row.uri,
    mediaType: row.mediaType,
    producer: row.producer,
    createdAt: row.createdAt,
    size: row.size,
  };
  return {
    metadata: flatten(metadata),
    metrics: flatten(asObject(metadata.metrics)),
    params: flatten(asObject(metadata.parameters)),
    labels: new Map(
      Object.entries(row.labels ?? {}).map(([key, text]) => [searchText(key), labelValue(text)]),
    ),
    attribute: attributeFields(attributes),
  };
}

/** All fields of a run including its attributes, for testing a filter without an index. */
export function completeRunFields(record: RunRecord): SearchFields {
  return { ...runSearchFields(record), attribute: attributeFields(runAttributes(record)) };
}

function attributeFields(
  attributes: Readonly<Record<string, string | number | undefined>>,
): ReadonlyMap<string, SearchValue> {
  const fields = new Map<string, SearchValue>();
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined)
      fields.set(key, typeof value === 'number' ? numberValue(value) : textValue(value));
  return fields;
}

function inputFields(record: RunRecord): ReadonlyMap<string, SearchValue> {
  const fields = new Map<string, SearchValue>();
  for (const [name, input] of Object.entries(record.inputs)) {
    const key = searchText(name);
    fields.set(key, textValue(input.uri));
    if (input.digest) fields.set(`${key}.digest`, textValue(input.digest));
  }
  return fields;
}

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** A map's own keys, and the keys inside its objects joined with dots; a key that is written out wins. */
function flatten(object: JsonObject): ReadonlyMap<string, SearchValue> {
  const fields = new Map<string, SearchValue>();
  const nested: [string, Json, number][] = Object.entries(object).map(([key, value]) => [
    searchText(key),
    value,
    1,
  ]);
  for (const [key, value, depth] of nested) {
    if (fields.has(key)) continue;
    fields.set(key, searchValue(value));
    if (depth < maxDepth)
      for (const [inner, item] of Object.entries(asObject(value)))
        nested.push([searchText(`${key}.${inner}`), item, depth + 1]);
  }
  return fields;
}
