import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { runExists } from '../errors.ts';
import { type ExportManifest, readManifest } from '../exchange/export-manifest.ts';
import { importArtifacts } from '../exchange/import-artifacts.ts';
import { readExportedJournal } from '../exchange/read-exported-journal.ts';
import type { Database } from './database.ts';
import { readOutput } from './read/follow-rows.ts';
import type { RunPlace } from './read/run-rows.ts';
import { rows, type Work } from './statement.ts';
import { addFacts, type RunFact } from './write/add-facts.ts';
import { appendJournals, type JournalBatch } from './write/append-journals.ts';
import { appendOutput } from './write/append-output.ts';

/** Writes journal and output of a run as the files that a local store has. */
export async function writeRunFiles(database: Database, { id }: RunPlace, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const journal = path.join(folder, 'events.jsonl');
  await writeFile(journal, '');
  for (let after = 0; ; ) {
    const page = (await database.query({
      text: 'SELECT seq, body FROM events WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT 5000',
      values: [id, after],
    })) as readonly { seq: number; body: string }[];
    const last = page.at(-1);
    if (!last) break;
    await appendFile(journal, page.map(({ body }) => `${body}\n`).join(''));
    after = last.seq;
  }
  const output = path.join(folder, 'output.log');
  for (let offset = 0; ; ) {
    const parts = await readOutput(database, id, offset);
    if (parts.length === 0) return;
    for (const bytes of parts) {
      await appendFile(output, bytes);
      offset += bytes.length;
    }
  }
}

export interface ImportOptions {
  readonly database: Database;
  readonly storeDirectory: string;
  readonly project: string;
  readonly clock: Clock;
  /** The exported folder. */
  readonly source: string;
}

interface ImportedRun extends JournalBatch {
  readonly output: Uint8Array;
}

/**
 * Takes an export into the database; gives the uid of its run.
 * @throws INVALID_EXPORT, RUN_EXISTS; nothing of it is there then
 */
export async function importRun(options: ImportOptions): Promise<string> {
  const { database, project, clock, source } = options;
  const manifest = await readManifest(source);
  const runs: ImportedRun[] = [];
  for (const { uid } of manifest.runs) {
    const events = await readExportedJournal(source, manifest, { uid, project });
    const file = path.join(source, 'runs', uid, 'output.log');
    runs.push({ project, uid, events, output: existsSync(file) ? await readFile(file) : Buffer.alloc(0) });
  }
  await database.transaction(() => refuseKnown(project, manifest));
  await importArtifacts(options, manifest);
  await database.transaction(() => insertRuns(project, manifest, runs, clock));
  return manifest.uid;
}

function* refuseKnown(project: string, manifest: ExportManifest): Work<void> {
  const known = yield* rows<{ uid: string }>(
    'SELECT uid FROM journals WHERE project = $1 AND uid = ANY($2)',
    project,
    manifest.runs.map(({ uid }) => uid),
  );
  const [first] = known;
  if (first)
    throw runExists(`run "${first.uid}" exists already in project "${project}"`, {
      hint: 'it has been imported before, or comes from this store',
    });
}

function* insertRuns(
  project: string,
  manifest: ExportManifest,
  runs: readonly ImportedRun[],
  clock: Clock,
): Work<void> {
  yield* refuseKnown(project, manifest);
  for (const outcome of yield* appendJournals(runs)) if ('error' in outcome) throw outcome.error;
  for (const { uid, output } of runs)
    if (output.length > 0) yield* appendOutput({ project, uid, offset: 0, bytes: output });
  const labels = manifest.runs.flatMap(({ uid, labels: later = {} }) =>
    Object.entries(later).map(([key, value]): RunFact => ({ kind: 'label', uid, key, value })),
  );
  if (labels.length > 0) yield* addFacts(project, labels, clock);
}
