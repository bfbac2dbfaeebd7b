import { rows, type Work } from '../statement.ts';

interface Claim {
  readonly project: string;
  readonly name: string;
  readonly holder: string;
}

/** Takes a claim, or keeps it; gives who has it. Time is the database's, so that servers need not agree about it. */
export function* takeClaim({ project, name, holder }: Claim, leaseMs: number): Work<string> {
  yield* rows(
    `INSERT INTO claims AS c (project, name, holder, expires_at)
     VALUES ($1, $2, $3, clock_timestamp() + $4::float8 * interval '1 millisecond')
     ON CONFLICT (project, name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
     WHERE c.holder = excluded.holder OR c.expires_at < clock_timestamp()`,
    ...[project, name, holder, leaseMs],
  );
  const [found] = yield* rows<{ holder: string }>(
    'SELECT holder FROM claims WHERE project = $1 AND name = $2',
    ...[project, name],
  );
  return found?.holder ?? '';
}

/** Gives a claim back; those of holders that have long been gone are removed with it. */
export function* releaseClaim({ project, name, holder }: Claim): Work<void> {
  yield* rows(
    `DELETE FROM claims WHERE project = $1
     AND ((name = $2 AND holder = $3) OR expires_at < clock_timestamp() - interval '1 hour')`,
    ...[project, name, holder],
  );
}
