import { searchText } from '../../search/search-value.ts';
import { rows, type Work } from '../statement.ts';
import type { NewEvent } from './append-journals.ts';
import type { JournalHead } from './check-batch.ts';

const digestPattern = /sha256:[0-9a-f]{64}/g;

/** Notes every digest that the events mention, wherever it stands in them: garbage collection keeps those. */
export function* addMentions(fresh: readonly NewEvent[]): Work<void> {
  const found = fresh
    .filter(({ body }) => body.includes('sha256:'))
    .flatMap(({ run, body }) => [...body.matchAll(digestPattern)].map(([digest]) => ({ run, digest })));
  if (found.length === 0) return;
  yield* rows(
    'INSERT INTO mentions SELECT DISTINCT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT DO NOTHING',
    found.map(({ run }) => run),
    found.map(({ digest }) => digest),
  );
}

/** Makes the artifacts among the events known; logged again by its run, an artifact counts as newest again. */
export function* addArtifacts(fresh: readonly NewEvent[], heads: readonly JournalHead[]): Work<void> {
  for (const { run, event } of fresh) {
    const head = heads.find(({ id }) => id === run);
    if (event.kind !== 'artifact' || !head) continue;
    const { artifact } = event;
    const key = searchText(artifact.key);
    const digest = searchText(artifact.digest);
    const kind = searchText(artifact.kind);
    yield* rows('DELETE FROM artifacts WHERE run = $1 AND key = $2 AND digest = $3', run, key, digest);
    yield* rows(
      'INSERT INTO artifacts (run, key, digest, kind, created_at, seq, record) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      ...[run, key, digest, kind, event.time, event.seq, JSON.stringify(artifact)],
    );
    yield* rows(
      'DELETE FROM artifact_positions WHERE project = $1 AND uid = $2 AND key = $3 AND digest = $4',
      ...[head.project, head.uid, key, digest],
    );
    yield* rows(
      'INSERT INTO artifact_positions (project, uid, key, digest) VALUES ($1, $2, $3, $4)',
      ...[head.project, head.uid, key, digest],
    );
  }
}
