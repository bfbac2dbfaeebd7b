import type { StoreUri } from '../../core/store-uri.ts';
import { parseEntries, readFrom } from '../ledger.ts';
import { readWholeJournal } from '../read-journal.ts';
import type { ArtifactRecord } from '../run.ts';
import type { LedgerLine } from '../store.ts';
import { journalFile } from '../store-layout.ts';
import type { IndexedProject } from './index/advance-index.ts';

/** How much of the ledger's end is looked at; bytes. */
const tailBytes = 64 * 1024;

/**
 * The artifact that a URI without tag stands for, if the last lines of the ledger tell: they do for what a step before has just
 * made, and then neither SQLite nor the rest of the ledger is needed. Undefined means: ask the index.
 */
export function findRecentArtifact(project: IndexedProject, uri: StoreUri): ArtifactRecord | undefined {
  if (uri.tag !== undefined) return undefined;
  const { ledger } = project;
  const start = Math.max(0, ledger.size() - tailBytes);
  const facts = parseEntries(readFrom(ledger.file, start), start).map(({ fact }) => fact);
  const made = facts.findLast((fact) => isOf(fact, uri));
  if (made?.kind !== 'artifact' || facts.some((fact) => removes(fact, made.uid))) return undefined;
  return readArtifact(journalFile(project.storeDirectory, project.project, made.uid), uri.key, made.digest);
}

const isOf = (fact: LedgerLine, uri: StoreUri): boolean =>
  fact.kind === 'artifact' && fact.key === uri.key && (uri.digest ?? fact.digest) === fact.digest;

const removes = (fact: LedgerLine, uid: string): boolean =>
  (fact.kind === 'trash' || fact.kind === 'purge') && fact.uid === uid;

function readArtifact(file: string, key: string, digest: string): ArtifactRecord | undefined {
  try {
    const event = readWholeJournal(file).events.findLast(
      (one) => one.kind === 'artifact' && one.artifact.key === key && one.artifact.digest === digest,
    );
    return event?.kind === 'artifact' ? event.artifact : undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    // removed by hand or damaged: the index knows what remains
    if (code === 'ENOENT' || code === 'JOURNAL_CORRUPT') return undefined;
    throw error;
  }
}
