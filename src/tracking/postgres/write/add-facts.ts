import type { Clock } from '../../../core/clock.ts';
import { factTooLarge } from '../../errors.ts';
import { maxFactBytes } from '../../ledger.ts';
import { applyFact, type RunOverlay } from '../../run-overlay.ts';
import type { LedgerFact, LedgerLine } from '../../store.ts';
import { changeChannel } from '../change-channel.ts';
import { rows, type Work } from '../statement.ts';
import { renderNotices } from './append-journals.ts';
import { projectRuns } from './project-runs.ts';

/** A fact about one run. */
export type RunFact = Extract<LedgerFact, { uid: string }>;

/** Records facts about runs of a project and shows them in the runs' rows. Throws FACT_TOO_LARGE. */
export function* addFacts(project: string, facts: readonly RunFact[], clock: Clock): Work<void> {
  const lines = facts.map((fact): LedgerLine & RunFact => ({ time: clock.now(), ...fact }));
  for (const line of lines) checkSize(line);
  const uids = [...new Set(facts.map(({ uid }) => uid))];
  const journals = yield* rows<{ id: number; uid: string }>(
    'SELECT id, uid FROM journals WHERE project = $1 AND uid = ANY($2) ORDER BY project, uid FOR UPDATE',
    project,
    uids,
  );
  yield* insertFacts(project, lines);
  yield* changeOverlays(project, uids, lines);
  const ids = journals.map(({ id }) => id);
  for (let left = ids; left.length > 0; ) left = [...(yield* projectRuns(left))];
  yield* rows(
    `SELECT pg_notify('${changeChannel}', notice) FROM unnest($1::text[]) AS notice`,
    renderNotices(ids),
  );
}

function* insertFacts(project: string, lines: readonly (LedgerLine & RunFact)[]): Work<void> {
  yield* rows(
    `INSERT INTO facts (project, uid, kind, time, fact)
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::json[])`,
    project,
    lines.map(({ uid }) => uid),
    lines.map(({ kind }) => kind),
    lines.map(({ time }) => Math.round(time)),
    lines.map((line) => JSON.stringify(line)),
  );
}

function* changeOverlays(
  project: string,
  uids: readonly string[],
  lines: readonly (LedgerLine & RunFact)[],
): Work<void> {
  const found = yield* rows<{ uid: string; overlay: string }>(
    'SELECT uid, overlay FROM overlays WHERE project = $1 AND uid = ANY($2)',
    project,
    uids,
  );
  const overlays = new Map(found.map(({ uid, overlay }) => [uid, JSON.parse(overlay) as RunOverlay]));
  for (const line of lines) overlays.set(line.uid, applyFact(overlays.get(line.uid) ?? {}, line));
  yield* rows(
    `INSERT INTO overlays (project, uid, overlay) SELECT $1, * FROM unnest($2::text[], $3::json[])
     ON CONFLICT (project, uid) DO UPDATE SET overlay = excluded.overlay`,
    project,
    [...overlays.keys()],
    [...overlays.values()].map((overlay) => JSON.stringify(overlay)),
  );
}

function checkSize(line: LedgerLine & RunFact): void {
  const bytes = Buffer.byteLength(JSON.stringify(line)) + 1;
  if (bytes > maxFactBytes)
    throw factTooLarge(`${line.kind} of "${line.uid}" is too long`, {
      hint: `a fact may take ${maxFactBytes} bytes; this one takes ${bytes}. Log long texts as artifacts`,
    });
}
