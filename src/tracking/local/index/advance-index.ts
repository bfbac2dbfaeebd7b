import { readdirSync, statSync } from 'node:fs';
import type { Clock } from '../../../core/clock.ts';
import { foldDraft } from '../../fold.ts';
import type { JournalEvent } from '../../journal-event.ts';
import { type Ledger, type LedgerEntry, readLedger } from '../../ledger.ts';
import { lostReason, touchedAt } from '../../lost-run.ts';
import { type JournalPosition, journalStart, readJournal } from '../../read-journal.ts';
import { terminalStates } from '../../run.ts';
import { createDraft, type RunDraft } from '../../run-draft.ts';
import { applyFact, isLost, type RunOverlay } from '../../run-overlay.ts';
import type { LedgerFact } from '../../store.ts';
import { isRunFolderName, journalFile, runsDirectory } from '../../store-layout.ts';
import type { IndexDatabase } from './index-database.ts';
import { forgetEvents, forgetRun, storeEvents, storeRun } from './store-run.ts';

/** The project whose runs are to be brought up to date. */
export interface IndexedProject {
  readonly storeDirectory: string;
  readonly project: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

interface RunRow {
  readonly id: number;
  readonly offset: number;
  readonly line: number;
  readonly draft: string;
}

/**
 * Brings the index up to date: reads the ledger on from where it stood to learn which runs changed, then those runs' journals and
 * those of live runs on from where they stood. Does nothing, without a lock, when nothing changed.
 */
export function advanceIndex(index: IndexDatabase, project: IndexedProject): void {
  if (isCurrent(index, project)) return;
  const lost: LedgerFact[] = [];
  index.transaction(() => {
    const state = projectState(index, project);
    const { entries, offset } = readLedger(project.ledger.file, state.ledger_offset);
    const dirty = new Set<string>();
    for (const entry of entries) takeEntry(index, project, entry, dirty);
    for (const uid of liveRuns(index, project)) dirty.add(uid);
    const changed = runsChanged(project);
    // run folders that came without a line in the ledger: copied in, of a process killed before it wrote the line, or the index is new
    if (state.ledger_offset === 0 || changed !== state.runs_changed)
      for (const uid of unknownRuns(index, project)) dirty.add(uid);
    for (const uid of dirty) lost.push(...refreshRun(index, project, uid));
    index.run('INSERT OR REPLACE INTO projects VALUES (?, ?, ?)', project.project, offset, changed);
  });
  if (lost.length > 0) project.ledger.append(...lost);
}

function isCurrent(index: IndexDatabase, project: IndexedProject): boolean {
  const state = index.get<{ ledger_offset: number; runs_changed: number }>(
    'SELECT ledger_offset, runs_changed FROM projects WHERE project = ?',
    project.project,
  );
  return (
    state !== undefined &&
    state.ledger_offset === project.ledger.size() &&
    state.runs_changed === runsChanged(project) &&
    index
      .all<LiveRow>('SELECT uid, offset, draft FROM runs WHERE project = ? AND live = 1', project.project)
      .every((row) => isQuiet(project, row))
  );
}

interface LiveRow {
  readonly uid: string;
  readonly offset: number;
  readonly draft: string;
}

/** Whether a live run has neither written nor died since the index read it. */
function isQuiet(project: IndexedProject, row: LiveRow): boolean {
  const file = journalFile(project.storeDirectory, project.project, row.uid);
  if (statSync(file, { throwIfNoEntry: false })?.size !== row.offset) return false;
  return lostReason(JSON.parse(row.draft) as RunDraft, project.clock, touchedAt(file)) === undefined;
}

/** How far the index is with this project. A ledger shorter than that is another one: everything is read again. */
function projectState(
  index: IndexDatabase,
  { project, ledger }: IndexedProject,
): { ledger_offset: number; runs_changed: number } {
  const state = index.get<{ ledger_offset: number; runs_changed: number }>(
    'SELECT ledger_offset, runs_changed FROM projects WHERE project = ?',
    project,
  );
  if (state && state.ledger_offset <= ledger.size()) return state;
  for (const { uid } of index.all<{ uid: string }>('SELECT uid FROM runs WHERE project = ?', project))
    forgetRun(index, project, uid);
  for (const table of ['artifact_positions', 'tags', 'overlays'])
    index.run(`DELETE FROM ${table} WHERE project = ?`, project);
  return { ledger_offset: 0, runs_changed: 0 };
}

function liveRuns(index: IndexDatabase, { project }: IndexedProject): readonly string[] {
  return index
    .all<{ uid: string }>('SELECT uid FROM runs WHERE project = ? AND live = 1', project)
    .map(({ uid }) => uid);
}

const runsChanged = ({ storeDirectory, project }: IndexedProject): number =>
  statSync(runsDirectory(storeDirectory, project), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function unknownRuns(index: IndexDatabase, { storeDirectory, project }: IndexedProject): readonly string[] {
  const directory = runsDirectory(storeDirectory, project);
  if (!statSync(directory, { throwIfNoEntry: false })) return [];
  const known = new Set(
    index.all<{ uid: string }>('SELECT uid FROM runs WHERE project = ?', project).map(({ uid }) => uid),
  );
  return readdirSync(directory).filter((name) => !known.has(name) && isRunFolderName(name));
}

/** Takes one fact of the ledger; notes the run whose row it changes. */
function takeEntry(
  index: IndexDatabase,
  { project }: IndexedProject,
  { fact, position }: LedgerEntry,
  dirty: Set<string>,
): void {
  switch (fact.kind) {
    case 'tag':
      index.run('INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?)', project, fact.key, fact.tag, fact.digest);
      return;
    case 'artifact':
      index.run(
        'INSERT OR REPLACE INTO artifact_positions VALUES (?, ?, ?, ?, ?)',
        project,
        fact.uid,
        fact.key,
        fact.digest,
        position,
      );
      dirty.add(fact.uid);
      return;
    case 'changed':
      dirty.add(fact.uid);
      return;
    case 'stop':
      return;
    default: {
      const before = readOverlay(index, project, fact.uid);
      const after = applyFact(before ?? {}, fact);
      if (before ? after !== before : Object.keys(after).length > 0)
        writeOverlay(index, project, fact.uid, after);
      dirty.add(fact.uid);
    }
  }
}

/** What the index knows from the ledger about a run. */
export function readOverlay(index: IndexDatabase, project: string, uid: string): RunOverlay | undefined {
  const row = index.get<{ overlay: string }>(
    'SELECT overlay FROM overlays WHERE project = ? AND uid = ?',
    project,
    uid,
  );
  return row && (JSON.parse(row.overlay) as RunOverlay);
}

function writeOverlay(index: IndexDatabase, project: string, uid: string, overlay: RunOverlay): void {
  index.run('INSERT OR REPLACE INTO overlays VALUES (?, ?, ?)', project, uid, JSON.stringify(overlay));
}

/** Reads a run's journal on and rewrites its row. Gives the fact that the run was found lost, if it was. */
function refreshRun(index: IndexDatabase, project: IndexedProject, uid: string): readonly LedgerFact[] {
  const file = journalFile(project.storeDirectory, project.project, uid);
  if (!isRunFolderName(uid) || !statSync(file, { throwIfNoEntry: false })) {
    forgetRun(index, project.project, uid);
    return [];
  }
  let overlay = readOverlay(index, project.project, uid);
  const reading = startReading(index, project, uid, file);
  readOn(reading);
  const lost = detectLost(project, uid, reading, overlay);
  if (lost) {
    overlay = applyFact(overlay ?? {}, lost);
    writeOverlay(index, project.project, uid, overlay);
  }
  // a journal whose first line is not there yet is no run yet
  if (reading.draft.uid === '' && !reading.corrupt) return [];
  if (reading.draft.uid === '') reading.draft = { ...reading.draft, uid, name: uid };
  const { draft, position, corrupt } = reading;
  const id = storeRun(index, { project: project.project, uid, draft, position, overlay, corrupt });
  if (reading.restarted) forgetEvents(index, id);
  storeEvents(index, id, reading.events);
  return lost ? [lost] : [];
}

interface Reading {
  readonly file: string;
  draft: RunDraft;
  position: JournalPosition;
  corrupt: string | undefined;
  restarted: boolean;
  events: JournalEvent[];
}

function startReading(index: IndexDatabase, { project }: IndexedProject, uid: string, file: string): Reading {
  const row = index.get<RunRow>(
    'SELECT id, offset, line, draft FROM runs WHERE project = ? AND uid = ?',
    project,
    uid,
  );
  if (!row)
    return {
      file,
      draft: createDraft(),
      position: journalStart,
      corrupt: undefined,
      restarted: false,
      events: [],
    };
  const draft = JSON.parse(row.draft) as RunDraft;
  const position = { offset: row.offset, line: row.line, seq: draft.seq };
  return { file, draft, position, corrupt: undefined, restarted: false, events: [] };
}

function readOn(reading: Reading): void {
  for (;;) {
    const chunk = readJournal(reading.file, reading.position);
    if (chunk.restarted) {
      reading.draft = createDraft();
      reading.events = [];
      reading.restarted = true;
    }
    foldDraft(chunk.events, reading.draft);
    for (const event of chunk.events) reading.events.push(event);
    const moved = chunk.position.offset !== reading.position.offset;
    reading.position = chunk.position;
    if (chunk.corrupt) reading.corrupt = JSON.stringify(chunk.corrupt);
    if (!moved || chunk.corrupt) return;
  }
}

function detectLost(
  project: IndexedProject,
  uid: string,
  reading: Reading,
  overlay: RunOverlay | undefined,
): (Extract<LedgerFact, { kind: 'lost' }> & { time: number }) | undefined {
  const { draft } = reading;
  if (terminalStates.has(draft.state) || isLost(draft, overlay) || reading.corrupt) return undefined;
  const file = journalFile(project.storeDirectory, project.project, uid);
  if (lostReason(draft, project.clock, touchedAt(file)) === undefined) return undefined;
  // its last words may have come between reading and asking
  readOn(reading);
  const reason = lostReason(reading.draft, project.clock, touchedAt(file));
  const owner = reading.draft.owner;
  if (reason === undefined || !owner) return undefined;
  return { kind: 'lost', uid, owner, reason, seq: reading.draft.seq, time: project.clock.now() };
}
