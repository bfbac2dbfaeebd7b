import { isoTime } from '../../core/clock.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { renderStoreUri, type StoreUri } from '../../core/store-uri.ts';
import { artifactNotFound } from '../errors.ts';
import type { ArtifactRecord } from '../run.ts';
import { compareByTerms, matchesFilter } from '../search/evaluate-filter.ts';
import { artifactFields } from '../search/field-catalogue.ts';
import { parseFilter } from '../search/parse-filter.ts';
import { artifactSearchFields } from '../search/search-fields.ts';
import type { ArtifactQuery, ArtifactRow } from '../store.ts';
import { all, first, type Query } from './query.ts';

interface Row {
  readonly record: string;
  readonly created_at: number;
}

/** Artifacts of runs that are not in the trash, newest first: by their place in the ledger, which no clock can disturb. */
const fromArtifacts = `FROM artifacts a JOIN runs r ON r.id = a.run
  LEFT JOIN artifact_positions p ON p.project = r.project AND p.uid = r.uid AND p.key = a.key AND p.digest = a.digest
  WHERE r.project = ?`;
const newestFirst = 'ORDER BY coalesce(p.position, -1) DESC, a.created_at DESC, r.uid DESC, a.seq DESC';

/**
 * The project's artifacts that fit, newest first unless the filter orders otherwise; of each key the latest only, unless
 * `all` or all of one `run` are asked for. What runs in the trash made is left out, but for a `run` that is named.
 */
export function* searchArtifacts(project: string, query: ArtifactQuery): Query<readonly ArtifactRow[]> {
  const filter = parseFilter(query.filter ?? '', artifactFields);
  const tags = yield* tagsByDigest(project);
  const rows = yield* selectRows(project, query);
  const candidates = latestUnlessAll(rows, query.all || query.run !== undefined)
    .map(({ record, created_at }) =>
      artifactRow(project, JSON.parse(record) as ArtifactRecord, created_at, tags),
    )
    .filter((row) => query.kind === undefined || row.kind === query.kind);
  const found = candidates
    .map((row) => ({ row, fields: artifactSearchFields(row) }))
    .filter(({ fields }) => matchesFilter(filter.condition, fields));
  found.sort((a, b) => compareByTerms(filter.orderBy, a.fields, b.fields));
  return found.slice(0, query.limit).map(({ row }) => row);
}

function* selectRows(project: string, query: ArtifactQuery): Query<readonly Row[]> {
  const clauses = query.run === undefined ? ['AND r.trashed = 0'] : [];
  const values: string[] = [];
  for (const [clause, value] of [
    ['AND a.key = ?', query.key],
    ['AND r.uid = ?', query.run],
  ] as const)
    if (value !== undefined) {
      clauses.push(clause);
      values.push(value);
    }
  return yield* all<Row>(
    `SELECT a.record AS record, a.created_at AS created_at ${fromArtifacts} ${clauses.join(' ')} ${newestFirst}`,
    project,
    ...values,
  );
}

function latestUnlessAll(rows: readonly Row[], all: boolean): readonly Row[] {
  if (all) return rows;
  const seen = new Set<string>();
  return rows.filter(({ record }) => {
    const { key } = JSON.parse(record) as ArtifactRecord;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function artifactRow(
  project: string,
  record: ArtifactRecord,
  createdAt: number,
  tags: ReadonlyMap<string, readonly string[]>,
): ArtifactRow {
  return {
    ...record,
    project,
    tags: tags.get(`${record.key}\n${record.digest}`) ?? [],
    createdAt: isoTime(createdAt),
  };
}

function* tagsByDigest(project: string): Query<ReadonlyMap<string, readonly string[]>> {
  const tags = new Map<string, string[]>();
  for (const row of yield* all<{ key: string; tag: string; digest: string }>(
    'SELECT key, tag, digest FROM tags WHERE project = ? ORDER BY tag',
    project,
  )) {
    const at = `${row.key}\n${row.digest}`;
    tags.set(at, [...(tags.get(at) ?? []), row.tag]);
  }
  return tags;
}

/** The tag that always stands for the newest artifact of a key. */
const latestTag = 'latest';

/**
 * The artifact that a URI stands for now. A digest pins it, also when its run lies in the trash; a tag names the digest
 * it was last given to; otherwise the newest. Throws `ARTIFACT_NOT_FOUND`.
 */
export function* resolveArtifact(uri: StoreUri): Query<ArtifactRecord> {
  const { project, key, tag } = uri;
  const tagged =
    tag === undefined || tag === latestTag
      ? undefined
      : (yield* first<{ digest: string }>(
          'SELECT digest FROM tags WHERE project = ? AND key = ? AND tag = ?',
          project,
          key,
          tag,
        ))?.digest;
  if (tag !== undefined && tag !== latestTag && tagged === undefined) throw yield* notFound(uri);
  const digest = uri.digest ?? tagged;
  if (tagged !== undefined && digest !== tagged) throw yield* notFound(uri);
  const row = yield* first<Row>(
    `SELECT a.record AS record, a.created_at AS created_at ${fromArtifacts} AND a.key = ?
     ${digest === undefined ? 'AND r.trashed = 0' : 'AND a.digest = ?'} ${newestFirst} LIMIT 1`,
    project,
    key,
    ...(digest === undefined ? [] : [digest]),
  );
  if (!row) throw yield* notFound(uri);
  return JSON.parse(row.record) as ArtifactRecord;
}

function* notFound(uri: StoreUri): Query<Error> {
  const { project, key, tag } = uri;
  const keys = (yield* all<{ key: string }>(
    `SELECT DISTINCT a.key AS key ${fromArtifacts} AND r.trashed = 0`,
    project,
  )).map((row) => row.key);
  const tags = (yield* all<{ tag: string }>(
    'SELECT tag FROM tags WHERE project = ? AND key = ?',
    project,
    key,
  )).map((row) => row.tag);
  const near = keys.includes(key) ? undefined : nearestName(key, keys);
  const nearTag = tag === undefined ? undefined : nearestName(tag, tags);
  const hint = near
    ? `did you mean "store://${project}/${near}"?`
    : nearTag && nearTag !== tag
      ? `did you mean tag "${nearTag}"?`
      : '`slipway get artifacts --all` lists what there is';
  return artifactNotFound(`artifact "${renderStoreUri(uri)}" does not exist`, { hint });
}
