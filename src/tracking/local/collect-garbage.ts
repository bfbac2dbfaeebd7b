import { closeSync, openSync, readSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { createUid } from '../../core/id.ts';
import { type Ledger, readLedger } from '../ledger.ts';
import { applyFact, type RunOverlay } from '../run-overlay.ts';
import type { GarbageReport } from '../store.ts';
import {
  artifactsRoot,
  isRunFolderName,
  journalFile,
  ledgerFile,
  runDirectory,
  runsDirectory,
  stagingRoot,
} from '../store-layout.ts';

/** An artifact put this recently may be on its way into a journal; milliseconds. */
const artifactGraceMs = 60 * 60 * 1000;
/** A staging folder this old was left behind by a process that died; milliseconds. */
const stagingGraceMs = 24 * 60 * 60 * 1000;

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
  const artifacts = await unusedArtifacts(options, runs);
  const staging = await staleStaging(options);
  if (!dryRun) {
    for (const { uid } of runs) {
      options.ledger.append({ kind: 'purge', uid });
      await remove(storeDirectory, runDirectory(storeDirectory, project, uid));
    }
    for (const { folder } of artifacts) await remove(storeDirectory, folder);
    for (const folder of staging) await rm(folder, { recursive: true, force: true });
  }
  const bytes = artifacts.reduce((sum, { size }) => sum + size, 0);
  const runBytes = runs.reduce((sum, { size }) => sum + size, 0);
  return {
    runs: runs.map(({ uid }) => uid),
    artifacts: artifacts.map(({ digest, size }) => ({ digest, size })),
    bytes: bytes + runBytes,
    dryRun,
  };
}

interface ExpiredRun {
  readonly uid: string;
  readonly trashedAt: number;
  readonly size: number;
  readonly digests: ReadonlySet<string>;
}

async function expiredRuns(options: GarbageOptions): Promise<readonly ExpiredRun[]> {
  const { storeDirectory, project, ledger, clock, olderThanMs = 0 } = options;
  const { overlays, tagged } = readFacts(ledger.file);
  const expired: ExpiredRun[] = [];
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

interface UnusedArtifact {
  readonly folder: string;
  readonly digest: string;
  readonly size: number;
}

/** Artifact folders nobody refers to. What a run to be removed made goes with it; anything else only after the grace time. */
async function unusedArtifacts(
  options: GarbageOptions,
  runs: readonly ExpiredRun[],
): Promise<readonly UnusedArtifact[]> {
  const releasedAt = new Map<string, number>();
  for (const { digests, trashedAt } of runs)
    for (const digest of digests) releasedAt.set(digest, Math.max(trashedAt, releasedAt.get(digest) ?? 0));
  const candidates: { folder: string; digest: string }[] = [];
  for (const { folder, digest, putAt } of await artifactFolders(options.storeDirectory)) {
    const released = releasedAt.get(digest);
    const settled = options.clock.now() - putAt > artifactGraceMs;
    if (settled || (released !== undefined && putAt <= released)) candidates.push({ folder, digest });
  }
  if (candidates.length === 0) return [];
  const used = await usedDigests(options, new Set(runs.map(({ uid }) => uid)));
  const unused: UnusedArtifact[] = [];
  for (const { folder, digest } of candidates)
    if (!used.has(digest)) unused.push({ folder, digest, size: await folderSize(folder) });
  return unused;
}

async function artifactFolders(
  store: string,
): Promise<readonly { folder: string; digest: string; putAt: number }[]> {
  const found: { folder: string; digest: string; putAt: number }[] = [];
  for (const group of await list(artifactsRoot(store)))
    for (const hex of await list(path.join(artifactsRoot(store), group))) {
      const folder = path.join(artifactsRoot(store), group, hex);
      if (/^[0-9a-f]{64}$/.test(hex))
        found.push({ folder, digest: `sha256:${hex}`, putAt: (await stat(folder)).mtimeMs });
    }
  return found;
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
  for (const project of await list(path.join(storeDirectory, 'projects'))) {
    for (const { fact } of readLedger(ledgerFile(storeDirectory, project)).entries)
      if (fact.kind === 'tag') used.add(fact.digest);
    for (const uid of await list(runsDirectory(storeDirectory, project)))
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

async function staleStaging({ storeDirectory, clock }: GarbageOptions): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const name of await list(stagingRoot(storeDirectory))) {
    const folder = path.join(stagingRoot(storeDirectory), name);
    if (clock.now() - (await stat(folder)).mtimeMs > stagingGraceMs) stale.push(folder);
  }
  return stale;
}

/** Takes a folder away at once, then frees its space. */
async function remove(store: string, folder: string): Promise<void> {
  const aside = path.join(stagingRoot(store), `${createUid()}.removed`);
  await mkdir(stagingRoot(store), { recursive: true });
  await rename(folder, aside);
  await rm(aside, { recursive: true, force: true });
}

async function folderSize(folder: string): Promise<number> {
  let size = 0;
  for (const name of await list(folder, true)) {
    const stats = await stat(path.join(folder, name));
    if (stats.isFile()) size += stats.size;
  }
  return size;
}

async function list(folder: string, recursive = false): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
