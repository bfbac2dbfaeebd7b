import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../core/clock.ts';
import { createUid } from '../core/id.ts';
import { forgetUploads } from './artifact-uploads.ts';
import type { GarbageReport } from './store.ts';
import { artifactsRoot, stagingRoot } from './store-layout.ts';

/** An artifact put this recently may be on its way into a journal; milliseconds. */
const artifactGraceMs = 60 * 60 * 1000;
/** A staging folder this old was left behind by a process that died; milliseconds. */
const stagingGraceMs = 24 * 60 * 60 * 1000;

/** A run that is to be removed, and what it mentions. */
export interface ReleasedRun {
  readonly uid: string;
  readonly trashedAt: number;
  readonly size: number;
  readonly digests: ReadonlySet<string>;
}

export interface UnusedOptions {
  readonly storeDirectory: string;
  readonly clock: Clock;
  /** Which of some digests, or more, somebody still refers to. */
  readonly usedOf: (digests: readonly string[]) => Promise<ReadonlySet<string>>;
}

export interface UnusedArtifact {
  readonly folder: string;
  readonly digest: string;
  readonly size: number;
}

/** Artifact folders nobody refers to. What a run to be removed made goes with it; anything else only after the grace time. */
export async function unusedArtifacts(
  options: UnusedOptions,
  runs: readonly ReleasedRun[],
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
  const used = await options.usedOf(candidates.map(({ digest }) => digest));
  const unused: UnusedArtifact[] = [];
  for (const { folder, digest } of candidates)
    if (!used.has(digest)) unused.push({ folder, digest, size: await folderSize(folder) });
  return unused;
}

async function artifactFolders(
  store: string,
): Promise<readonly { folder: string; digest: string; putAt: number }[]> {
  const found: { folder: string; digest: string; putAt: number }[] = [];
  for (const group of await listFolder(artifactsRoot(store)))
    for (const hex of await listFolder(path.join(artifactsRoot(store), group))) {
      const folder = path.join(artifactsRoot(store), group, hex);
      if (/^[0-9a-f]{64}$/.test(hex))
        found.push({ folder, digest: `sha256:${hex}`, putAt: (await stat(folder)).mtimeMs });
    }
  return found;
}

/** Removes artifact folders and staging folders. */
export async function removeUnused(
  store: string,
  artifacts: readonly UnusedArtifact[],
  staging: readonly string[],
): Promise<void> {
  for (const { folder, digest } of artifacts) {
    await forgetUploads(store, digest);
    await removeFolder(store, folder);
  }
  for (const folder of staging) await rm(folder, { recursive: true, force: true });
}

export function garbageReport(
  runs: readonly ReleasedRun[],
  artifacts: readonly UnusedArtifact[],
  dryRun: boolean,
): GarbageReport {
  const all = [...runs, ...artifacts];
  return {
    runs: runs.map(({ uid }) => uid),
    artifacts: artifacts.map(({ digest, size }) => ({ digest, size })),
    bytes: all.reduce((sum, { size }) => sum + size, 0),
    dryRun,
  };
}

/** Staging folders left behind by processes that died. */
export async function staleStaging({
  storeDirectory,
  clock,
}: Pick<UnusedOptions, 'storeDirectory' | 'clock'>): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const name of await listFolder(stagingRoot(storeDirectory))) {
    const folder = path.join(stagingRoot(storeDirectory), name);
    if (clock.now() - (await stat(folder)).mtimeMs > stagingGraceMs) stale.push(folder);
  }
  return stale;
}

/** Takes a folder away at once, then frees its space. */
export async function removeFolder(store: string, folder: string): Promise<void> {
  const aside = path.join(stagingRoot(store), `${createUid()}.removed`);
  await mkdir(stagingRoot(store), { recursive: true });
  await rename(folder, aside);
  await rm(aside, { recursive: true, force: true });
}

export async function folderSize(folder: string): Promise<number> {
  let size = 0;
  for (const name of await listFolder(folder, true)) {
    const stats = await stat(path.join(folder, name));
    if (stats.isFile()) size += stats.size;
  }
  return size;
}

export async function listFolder(folder: string, recursive = false): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
