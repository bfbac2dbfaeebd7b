import type { Clock } from '../../core/clock.ts';
import {
  garbageReport,
  type ReleasedRun,
  removeUnused,
  staleStaging,
  unusedArtifacts,
} from '../artifact-garbage.ts';
import type { RunOverlay } from '../run-overlay.ts';
import type { GarbageReport } from '../store.ts';
import type { Database } from './database.ts';
import { rows, type Work } from './statement.ts';

export interface GarbageOptions {
  readonly database: Database;
  /** Folder of the artifacts' files. */
  readonly storeDirectory: string;
  readonly project: string;
  readonly clock: Clock;
  readonly dryRun: boolean;
  /** Only runs that have been in the trash this long. @default 0 */
  readonly olderThanMs?: number;
}

interface ExpiredRun extends ReleasedRun {
  readonly id: number;
}

/** Removes the project's trashed runs, and artifacts that no run and no tag of any project mentions any more. */
export async function collectGarbage(options: GarbageOptions): Promise<GarbageReport> {
  const { database, storeDirectory, project, dryRun, clock } = options;
  const runs = await expiredRuns(options);
  const removed = runs.map(({ id }) => id);
  const artifacts = await unusedArtifacts(
    { storeDirectory, clock, usedOf: (digests) => usedDigests(database, digests, removed) },
    runs,
  );
  const staging = await staleStaging({ storeDirectory, clock });
  if (!dryRun) {
    if (runs.length > 0) await database.transaction(() => purge(project, runs, clock));
    await removeUnused(storeDirectory, artifacts, staging);
  }
  return garbageReport(runs, artifacts, dryRun);
}

/** Trashed runs; one that made an artifact with a tag stays, as the tag leads to it. */
async function expiredRuns(options: GarbageOptions): Promise<readonly ExpiredRun[]> {
  const { database, project, clock, olderThanMs = 0 } = options;
  const found = (await database.query({
    text: `SELECT j.id, j.uid, o.overlay, ARRAY(SELECT digest FROM mentions m WHERE m.run = j.id) AS digests, j.output +
        (SELECT coalesce(sum(octet_length(body::text) + 1), 0)::bigint FROM events e WHERE e.run = j.id) AS size
      FROM overlays o JOIN journals j ON j.project = o.project AND j.uid = o.uid
      JOIN runs r ON r.id = j.id AND r.trashed = 1
      WHERE o.project = $1 AND NOT EXISTS (SELECT FROM artifacts a JOIN tags t ON t.project = o.project AND t.digest = a.digest
        WHERE a.run = j.id) ORDER BY j.uid`,
    values: [project],
  })) as readonly { id: number; uid: string; overlay: string; digests: readonly string[]; size: number }[];
  return found.flatMap(({ id, uid, overlay, digests, size }) => {
    const { trashedAt } = JSON.parse(overlay) as RunOverlay;
    if (trashedAt === undefined || clock.now() - trashedAt < olderThanMs) return [];
    return [{ id, uid, trashedAt, size, digests: new Set(digests) }];
  });
}

async function usedDigests(
  database: Database,
  digests: readonly string[],
  removed: readonly number[],
): Promise<ReadonlySet<string>> {
  const found = (await database.query({
    text: `SELECT digest FROM mentions WHERE digest = ANY($1) AND run <> ALL($2)
      UNION SELECT digest FROM tags WHERE digest = ANY($1)`,
    values: [digests, removed],
  })) as readonly { digest: string }[];
  return new Set(found.map(({ digest }) => digest));
}

function* purge(project: string, runs: readonly ExpiredRun[], clock: Clock): Work<void> {
  const ids = runs.map(({ id }) => id);
  const uids = runs.map(({ uid }) => uid);
  yield* rows('SELECT id FROM journals WHERE id = ANY($1) ORDER BY project, uid FOR UPDATE', ids);
  for (const table of ['events', 'output', 'mentions', 'fields', 'artifacts'])
    yield* rows(`DELETE FROM ${table} WHERE run = ANY($1)`, ids);
  for (const table of ['runs', 'journals']) yield* rows(`DELETE FROM ${table} WHERE id = ANY($1)`, ids);
  for (const table of ['overlays', 'artifact_positions'])
    yield* rows(`DELETE FROM ${table} WHERE project = $1 AND uid = ANY($2)`, project, uids);
  const time = clock.now();
  yield* rows(
    `INSERT INTO facts (project, uid, kind, time, fact) SELECT $1, *, 'purge', $3::bigint, '{"kind":"purge"}' FROM unnest($2::text[])`,
    project,
    uids,
    Math.round(time),
  );
}
