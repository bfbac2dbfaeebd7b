import { logGap, runNotFound } from '../../errors.ts';
import { changeChannel } from '../change-channel.ts';
import { rows, type Work } from '../statement.ts';

/** A part of a run's output. */
export interface OutputPart {
  readonly project: string;
  readonly uid: string;
  /** Byte that it begins at. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Adds output of a run; what is there already is passed over. Gives the size that is safe.
 * @throws LOG_GAP, RUN_NOT_FOUND
 */
export function* appendOutput({ project, uid, offset, bytes }: OutputPart): Work<number> {
  const [journal] = yield* rows<{ id: number; output: number }>(
    'SELECT id, output FROM journals WHERE project = $1 AND uid = $2 FOR UPDATE',
    project,
    uid,
  );
  if (!journal)
    throw runNotFound(`run "${uid}" does not exist in project "${project}"`, {
      hint: 'send its journal from the first event on',
    });
  const { id, output: size } = journal;
  if (offset > size)
    throw logGap(`the output of run "${uid}" goes on at byte ${offset} where ${size} is due`, {
      hint: `send it from byte ${size} on`,
      details: { size },
    });
  const rest = bytes.subarray(size - offset);
  if (rest.length === 0) return size;
  yield* rows('INSERT INTO output (run, start, bytes) VALUES ($1, $2, $3)', id, size, Buffer.from(rest));
  yield* rows('UPDATE journals SET output = $2 WHERE id = $1', id, size + rest.length);
  yield* rows(`SELECT pg_notify('${changeChannel}', $1)`, String(id));
  return size + rest.length;
}
