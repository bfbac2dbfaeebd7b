import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import {
  folderSize,
  garbageReport,
  listFolder,
  type ReleasedRun,
  removeFolder,
  removeUnused,
  staleStaging,
  unusedArtifacts,
} from '../artifact-garbage.ts';
import { type Ledger, readLedger } from '../ledger.ts';
import { applyFact, type RunOverlay } from '../run-overlay.ts';
import type { GarbageReport } from '../store.ts';
import { isRunFolderName, journalFile, ledgerFile, runDirectory, runsDirectory } from '../store-layout.ts';

export interface GarbageOptions {
  readonly storeDirectory: string;
  readonly project: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly dryRun: boolean;
  /** Only runs that have been in the trash this long. @default 0 */
  readonly olderThanMs?: number;
}

/**
 * Removes the project's trashed runs, artifact folders of the store that no surviving journal, tag or label mentions, and
 * staging folders left behind. A run that made an artifact with a tag stays, as the tag leads to it.
 */
export async function collectGarbage(options: GarbageOptions): Promise<GarbageReport> {
  const { storeDirectory, project, dryRun } = options;
  const runs = await expiredRuns(options);
  const removed = new Set(runs.map(({ uid }) => uid));
  const artifacts = await unusedArtifacts({ ...options, usedOf: () => usedDigests(options, removed) }, runs);
  const staging = await staleStaging(options);
  if (!dryRun) {
    for (const { uid } of runs) {
      options.ledger.append({ kind: 'purge', uid });
      await removeFolder(storeDirectory, runDirectory(storeDirectory, project, uid));
    }
    await removeUnused(storeDirectory, artifacts, staging);
  }
  return garbageReport(runs, artifacts, dryRun);
}

async function expiredRuns(options: GarbageOptions): Promise<readonly ReleasedRun[]> {
  const { storeDirectory, project, ledger, clock, olderThanMs = 0 } = options;
  const { overlays, tagged } = readFacts(ledger.file);
  const expired: ReleasedRun[] = [];
  for (const [uid, { trashedAt, purged }] of overlays) {
    if (trashedAt === undefined || purged || !isRunFolderName(uid)) continue;
    if (clock.now() - trashedAt < olderThanMs) continue;
    const digests = mentionedDigests(journalFile(storeDirectory, project, uid));
    const size = await folderSize(runDirectory(storeDirectory, project, uid));
    if (size > 0 && ![...tagged].some(([digest, makers]) => makers.has(uid) && digests.has(digest)))
      expired.push({ uid, trashedAt, size, digests });
  }
  return expired;
}

/** What the ledger says: overlays of runs, and for each digest that has a tag the runs that made it. */
function readFacts(file: string): {
  overlays: ReadonlyMap<string, RunOverlay>;
  tagged: ReadonlyMap<string, ReadonlySet<string>>;
} {
  const overlays = new Map<string, RunOverlay>();
  const makers = new Map<string, Set<string>>();
  const tags = new Map<string, string>();
  for (const { fact } of readLedger(file).entries) {
    if ('uid' in fact) overlays.set(fact.uid, applyFact(overlays.get(fact.uid) ?? {}, fact));
    if (fact.kind === 'artifact')
      makers.set(fact.digest, (makers.get(fact.digest) ?? new Set()).add(fact.uid));
    if (fact.kind === 'tag') tags.set(`${fact.key}:${fact.tag}`, fact.digest);
  }
  const digests = new Set(tags.values());
  return { overlays, tagged: new Map([...makers].filter(([digest]) => digests.has(digest))) };
}

/** Every digest that a journal or ledger of any project in the store mentions, but for the runs to be removed. */
async function usedDigests(
  options: GarbageOptions,
  removed: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { storeDirectory } = options;
  const used = new Set<string>();
  const take = (file: string): void => {
    for (const digest of mentionedDigests(file)) used.add(digest);
  };
  for (const project of await listFolder(path.join(storeDirectory, 'projects'))) {
    for (const { fact } of readLedger(ledgerFile(storeDirectory, project)).entries)
      if (fact.kind === 'tag') used.add(fact.digest);
    for (const uid of await listFolder(runsDirectory(storeDirectory, project)))
      if (project !== options.project || !removed.has(uid)) take(journalFile(storeDirectory, project, uid));
  }
  return used;
}

const digestPattern = /sha256:[0-9a-f]{64}/g;
const digestLength = 71;

/** All digests in a file's text, whatever they stand in: also a damaged journal protects what it names. */
function mentionedDigests(file: string): ReadonlySet<string> {
  const digests = new Set<string>();
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return digests;
    throw error;
  }
  try {
    const block = Buffer.allocUnsafe(1 << 20);
    let rest = '';
    for (let read = readSync(handle, block); read > 0; read = readSync(handle, block)) {
      const text = rest + block.toString('latin1', 0, read);
      for (const [digest] of text.matchAll(digestPattern)) digests.add(digest);
      rest = text.slice(-digestLength);
    }
  } finally {
    closeSync(handle);
  }
  return digests;
}
