import { nearestName } from '../../../core/nearest-name.ts';
import { runAmbiguous, runNotFound } from '../../errors.ts';
import type { IndexDatabase } from './index-database.ts';

/** Fewest characters of a uid that may stand for the whole. */
const minPrefix = 4;

/**
 * The uid that a reference stands for: a uid, a prefix of one (4 characters at least), `@last` (the newest run that is neither trial
 * nor step), or a name (its newest run). Throws `RUN_NOT_FOUND`, `RUN_AMBIGUOUS`.
 */
export function findRun(index: IndexDatabase, project: string, reference: string): string {
  const uid = reference === '@last' ? newest(index, project) : find(index, project, reference);
  if (uid !== undefined) return uid;
  if (reference === '@last')
    throw runNotFound(`project "${project}" has no runs yet`, {
      hint: 'start one with `slipway run`',
    });
  throw notFound(index, project, reference);
}

function newest(index: IndexDatabase, project: string, name?: string): string | undefined {
  const kind = name === undefined ? "kind NOT IN ('trial', 'step')" : 'name = ?';
  const rows = index.all<{ uid: string }>(
    `SELECT uid FROM runs WHERE project = ? AND trashed = 0 AND ${kind} ORDER BY created_at DESC, uid DESC LIMIT 1`,
    project,
    ...(name === undefined ? [] : [name]),
  );
  return rows[0]?.uid;
}

function find(index: IndexDatabase, project: string, reference: string): string | undefined {
  const exact = index.get<{ uid: string }>(
    'SELECT uid FROM runs WHERE project = ? AND uid = ?',
    project,
    reference,
  );
  if (exact) return exact.uid;
  const named = newest(index, project, reference);
  if (named !== undefined) return named;
  if (reference.length < minPrefix || !/^[A-Za-z0-9_-]+$/.test(reference)) return undefined;
  const prefixed = index.all<{ uid: string; name: string }>(
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
function notFound(index: IndexDatabase, project: string, reference: string): Error {
  const rows = index.all<{ uid: string; name: string }>(
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
