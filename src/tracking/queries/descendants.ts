import { all, type Query } from './query.ts';

/** uids of a run's trials and steps, and of theirs. */
export function* findDescendants(project: string, uid: string): Query<readonly string[]> {
  const rows = yield* all<{ uid: string }>(
    `WITH RECURSIVE below(uid) AS (SELECT uid FROM runs WHERE project = ? AND parent = ?
     UNION SELECT r.uid FROM runs r JOIN below b ON r.parent = b.uid WHERE r.project = ?) SELECT uid FROM below`,
    project,
    uid,
    project,
  );
  return rows.map((row) => row.uid);
}
