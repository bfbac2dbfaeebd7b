import { mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import type { Clock } from '../../core/clock.ts';
import { invalidName } from '../../core/errors.ts';
import { globalState } from '../../core/global-state.ts';
import { runExists, runNotFound } from '../errors.ts';
import { foldDraft } from '../fold.ts';
import { Journal } from '../journal.ts';
import type { CreatedEvent, JournalEvent } from '../journal-event.ts';
import type { Ledger } from '../ledger.ts';
import { currentProcess, sameProcess } from '../process-identity.ts';
import type { RunRecord } from '../run.ts';
import type { RunDraft } from '../run-draft.ts';
import { isRunFolderName, journalFile, runDirectory } from '../store-layout.ts';
import { LocalRunWriter } from './run-writer.ts';

export interface WriterContext {
  readonly storeDirectory: string;
  readonly project: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly readChildren: (draft: RunDraft) => ReadonlyMap<string, RunRecord>;
}

/** Writers open in this process, by folder: opening a run again takes it away from the one before. */
const openWriters = (): Map<string, LocalRunWriter> => globalState('run-writers', () => new Map());

/** Makes the folder and journal of a new run: the first events are what it is and which process writes. */
export function createWriter(context: WriterContext, created: Omit<CreatedEvent, 'kind'>): LocalRunWriter {
  return beginJournal(context, created, (journal) =>
    journal.append(
      { kind: 'created', ...created, project: context.project },
      { kind: 'owner', owner: currentProcess() },
    ),
  );
}

/** Begins the copy of a run whose journal is written elsewhere; `first` is its first event. */
export function createReplica(context: WriterContext, first: JournalEvent & CreatedEvent): LocalRunWriter {
  return beginJournal(context, first, (journal) => {
    journal.replay([first]);
    return [first];
  });
}

function beginJournal(
  context: WriterContext,
  created: Pick<CreatedEvent, 'uid' | 'runKind'>,
  begin: (journal: Journal) => readonly JournalEvent[],
): LocalRunWriter {
  const { storeDirectory, project } = context;
  if (!isRunFolderName(created.uid))
    throw invalidName(`uid "${created.uid}" is not allowed`, {
      hint: 'use letters, digits, "_" and "-", 64 at most, beginning with a letter or digit',
    });
  const directory = runDirectory(storeDirectory, project, created.uid);
  const file = journalFile(storeDirectory, project, created.uid);
  if (!makeRunFolder(directory) && isWritten(file)) throw alreadyThere(created.uid, project);
  let journal: Journal | undefined;
  let isPlaced = false;
  try {
    journal = Journal.draft(file, context.clock);
    const events = begin(journal);
    if (created.runKind !== 'trial') journal.sync();
    journal.place();
    isPlaced = true;
    context.ledger.append({ kind: 'run', uid: created.uid });
    return register(context, directory, journal, events);
  } catch (error) {
    // nothing was acknowledged yet, so nothing stays
    journal?.discard();
    if (isPlaced) rmSync(directory, { recursive: true, force: true });
    else removeUnused(directory);
    if (!isPlaced && (error as NodeJS.ErrnoException).code === 'EEXIST')
      throw alreadyThere(created.uid, project);
    throw explainDiskError(error, directory);
  }
}

/** Goes on with a run's journal where another writer, of whatever process, left it. */
export function takeOverWriter(context: WriterContext, uid: string): LocalRunWriter {
  const { journal, draft, directory } = reopenJournal(context, uid);
  if (!sameProcess(draft.owner, currentProcess())) {
    const owned = journal.append({ kind: 'owner', owner: currentProcess() });
    foldDraft(owned, draft);
    // tells readers that hold the run for lost to look again
    context.ledger.append({ kind: 'changed', uid, state: draft.state });
  }
  return register(context, directory, journal, [], draft);
}

/** Goes on with the copy of a run whose journal is written elsewhere: its owner stays who it is. */
export function openReplica(context: WriterContext, uid: string): LocalRunWriter {
  const { journal, draft, directory } = reopenJournal(context, uid);
  return register(context, directory, journal, [], draft);
}

function reopenJournal(
  context: WriterContext,
  uid: string,
): { readonly journal: Journal; readonly draft: RunDraft; readonly directory: string } {
  const { storeDirectory, project } = context;
  const file = journalFile(storeDirectory, project, uid);
  if (!isRunFolderName(uid) || !isWritten(file))
    throw runNotFound(`run "${uid}" does not exist in project "${project}"`, {
      hint: '`slipway ps` lists the runs',
    });
  const directory = runDirectory(storeDirectory, project, uid);
  openWriters().get(directory)?.release();
  const { journal, events } = Journal.takeOver(file, context.clock);
  return { journal, draft: foldDraft(events), directory };
}

/** Gives false where the folder is there already: another one's, or what is left of one that died before it had a journal. */
function makeRunFolder(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT') throw explainDiskError(error, directory);
    mkdirSync(path.dirname(directory), { recursive: true });
    return makeRunFolder(directory);
  }
}

/** Removes a run's folder, unless another one has begun the run in it. */
function removeUnused(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // not empty
  }
}

const isWritten = (file: string): boolean => Boolean(statSync(file, { throwIfNoEntry: false })?.size);

const alreadyThere = (uid: string, project: string): Error =>
  runExists(`run "${uid}" exists already in project "${project}"`, {
    hint: 'choose another uid, or go on with the run by resuming it',
  });

function register(
  context: WriterContext,
  directory: string,
  journal: Journal,
  events: readonly JournalEvent[],
  draft: RunDraft = foldDraft(events),
): LocalRunWriter {
  const writers = openWriters();
  const writer: LocalRunWriter = new LocalRunWriter({
    directory,
    journal,
    ledger: context.ledger,
    draft,
    readChildren: context.readChildren,
    onClose: () => {
      if (writers.get(directory) === writer) writers.delete(directory);
    },
  });
  writers.set(directory, writer);
  return writer;
}
