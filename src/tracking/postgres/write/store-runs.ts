import type { RunRecord } from '../../run.ts';
import type { RunDraft } from '../../run-draft.ts';
import { overlaidRecord, type RunOverlay } from '../../run-overlay.ts';
import { runAttributes, runSearchFields } from '../../search/search-fields.ts';
import { searchText } from '../../search/search-value.ts';
import type { Work } from '../statement.ts';

/** A run as its row shows it. */
export interface ProjectedRun {
  readonly id: number;
  readonly project: string;
  readonly uid: string;
  readonly draft: RunDraft;
  /** Last event that is in the draft. */
  readonly seq: number;
  readonly overlay: RunOverlay | undefined;
  /** Whether it may change without anybody telling: it goes on, or could be lost. */
  readonly live: boolean;
  /** JSON of the error that ended reading its journal, if one did. */
  readonly corrupt: string | null;
}

const columns = [
  ['id', 'bigint'],
  ['uid', 'text'],
  ['project', 'text'],
  ['name', 'text'],
  ['state', 'text'],
  ['kind', 'text'],
  ['runtime', 'text'],
  ['function', 'text'],
  ['handler', 'text'],
  ['created_at', 'text'],
  ['started_at', 'text'],
  ['ended_at', 'text'],
  ['parent', 'text'],
  ['iteration', 'double precision'],
  ['step', 'text'],
  ['duration', 'double precision'],
  ['trashed', 'smallint'],
  ['live', 'boolean'],
  ['seq', 'bigint'],
  ['heard', 'bigint'],
  ['owner', 'json'],
  ['draft', 'json'],
  ['corrupt', 'json'],
] as const;

const names = columns.map(([name]) => name).join(', ');
const upsertRuns = `INSERT INTO runs (${names})
  SELECT * FROM unnest(${columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${columns
    .slice(1)
    .map(([name]) => `${name} = excluded.${name}`)
    .join(', ')}`;

/** Writes the rows of runs and what can be searched of them; only what differs is changed. */
export function* storeRuns(runs: readonly ProjectedRun[]): Work<void> {
  if (runs.length === 0) return;
  const records = runs.map((run) => ({ run, record: overlaidRecord(run.draft, run.overlay) }));
  const values = records.map(({ run, record }) => rowOf(run, record));
  yield {
    name: 'store runs',
    text: upsertRuns,
    values: columns.map((_, column) => values.map((row) => row[column])),
  };
  yield* storeFields(records);
}

function rowOf(run: ProjectedRun, record: RunRecord): readonly unknown[] {
  const attributes = runAttributes(record);
  const text = (name: string): string | null => {
    const value = attributes[name];
    return value === undefined ? null : searchText(String(value));
  };
  const { draft } = run;
  return [
    run.id,
    run.uid,
    run.project,
    text('name'),
    run.corrupt === null ? text('state') : 'error',
    ...['kind', 'runtime', 'function', 'handler', 'createdAt', 'startedAt', 'endedAt'].map(text),
    text('parent'),
    attributes.iteration ?? null,
    text('step'),
    attributes.duration ?? null,
    record.trashed ? 1 : 0,
    run.live,
    run.seq,
    Math.round(draft.lastEventAt),
    draft.owner ? JSON.stringify(draft.owner) : null,
    JSON.stringify(draft),
    run.corrupt,
  ];
}

/** Longest key that can be searched for, in characters: an entry of an index takes 2.7 KB. */
const longestKey = 600;

const changeFields = `WITH n AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::double precision[], $6::double precision[], $7::text[])
    AS n(run, scope, key, type, num, rest, text)
  ), gone AS (
    DELETE FROM fields f WHERE f.run = ANY($8::bigint[]) AND NOT EXISTS
    (SELECT FROM n WHERE n.run = f.run AND n.scope = f.scope AND n.key = f.key)
  )
  INSERT INTO fields AS f (run, scope, key, type, num, rest, text) SELECT * FROM n
  ON CONFLICT (run, scope, key) DO UPDATE SET type = excluded.type, num = excluded.num, rest = excluded.rest, text = excluded.text
  WHERE (f.type, f.num, f.rest, f.text) IS DISTINCT FROM (excluded.type, excluded.num, excluded.rest, excluded.text)`;

function* storeFields(
  records: readonly { readonly run: ProjectedRun; readonly record: RunRecord }[],
): Work<void> {
  const found = records.flatMap(({ run, record }) =>
    Object.entries(runSearchFields(record)).flatMap(([scope, fields]) =>
      [...fields]
        .filter(([key]) => key.length <= longestKey)
        .map(([key, value]) => ({ run: run.id, scope, key, ...value })),
    ),
  );
  yield {
    name: 'change fields',
    text: changeFields,
    values: [
      ...(['run', 'scope', 'key', 'type', 'num', 'rest', 'text'] as const).map((name) =>
        found.map((field) => field[name]),
      ),
      records.map(({ run }) => run.id),
    ],
  };
}
