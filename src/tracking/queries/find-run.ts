import { nearestName } from '../../core/nearest-name.ts';
import { runAmbiguous, runNotFound } from '../errors.ts';
import { listedRuns } from './listed-runs.ts';
import { all, first, type Query } from './query.ts';

/** Fewest characters of a uid that may stand for the whole. */
const minPrefix = 4;

/**
 * The uid that a reference stands for: a uid, a prefix of one (4 characters at least), `@last` (the newest run that is neither trial
 * nor step), or a name (its newest run). Throws `RUN_NOT_FOUND`, `RUN_AMBIGUOUS`.
 */
export function* findRun(project: string, reference: string): Query<string> {
  const uid = yield* reference === '@last' ? newest(project) : find(project, reference);
  if (uid !== undefined) return uid;
  if (reference === '@last')
    throw runNotFound(`project "${project}" has no runs yet`, {
      hint: 'start one with `slipway run`',
    });
  throw yield* notFound(project, reference);
}

function* newest(project: string, name?: string): Query<string | undefined> {
  const kind = name === undefined ? listedRuns : 'r.name = ?';
  const rows = yield* all<{ uid: string }>(
    `SELECT r.uid FROM runs r WHERE r.project = ? AND r.trashed = 0 AND ${kind} ORDER BY r.created_at DESC, r.uid DESC LIMIT 1`,
    project,
    ...(name === undefined ? [] : [name]),
  );
  return rows[0]?.uid;
}

function* find(project: string, reference: string): Query<string | undefined> {
  const exact = yield* first<{ uid: string }>(
    'SELECT uid FROM runs WHERE project = ? AND uid = ?',
    project,
    reference,
  );
  if (exact) return exact.uid;
  const named = yield* newest(project, reference);
  if (named !== undefined) return named;
  if (reference.length < minPrefix || !/^[A-Za-z0-9_-]+$/.test(reference)) return undefined;
  const prefixed = yield* all<{ uid: string; name: string }>(
    'SELECT uid, name FROM runs WHERE project = ? AND uid >= ? AND uid < ? ORDER BY uid LIMIT 6',
    project,
    reference,
    `${reference}~`,
  );
  if (prefixed.length > 1)
    throw runAmbiguous(`"${reference}" is the beginning of more than one run`, {
      hint: `write more of it: ${prefixed.map(({ uid, name }) => `${uid} (${name})`).join(', ')}`,
    });
  return prefixed[0]?.uid;
}

/** The error for a reference that names no run, with the nearest that does. */
function* notFound(project: string, reference: string): Query<Error> {
  const rows = yield* all<{ uid: string; name: string }>(
    'SELECT uid, name FROM runs WHERE project = ? AND trashed = 0 ORDER BY created_at DESC LIMIT 1000',
    project,
  );
  const near = nearestName(
    reference,
    rows.flatMap(({ uid, name }) => [name, uid]),
  );
  return runNotFound(`run "${reference}" does not exist in project "${project}"`, {
    hint: near
      ? `did you mean "${near}"?`
      : `give a uid, its first characters (${minPrefix} at least), a name or @last; \`slipway ps\` lists the runs`,
  });
}
