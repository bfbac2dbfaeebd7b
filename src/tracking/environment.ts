import { readFileSync, statSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { digestBytes } from '../core/digest.ts';
import { globalState } from '../core/global-state.ts';
import { packageVersion } from '../core/package-root.ts';
import { captureGit, type GitCapture } from './git-state.ts';
import type { RunEnvironment } from './journal-event.ts';

export interface CapturedEnvironment {
  readonly environment: RunEnvironment;
  /** What tracked files differ by from the commit. */
  readonly gitDiff?: string;
}

const lockfiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'deno.lock',
];

/** How long an answer of git holds: runs started together share it, a commit made between two cells is seen. */
const gitFreshMs = 2000;

/** Where a run runs, enough to run it again; `directory` is the project's folder. Never fails: what cannot be told is left out. */
export async function captureEnvironment(directory: string): Promise<CapturedEnvironment> {
  const captured = await recentGit(directory);
  const lockfileDigest = digestLockfile(directory);
  const user = currentUser();
  const environment: RunEnvironment = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    slipway: packageVersion(),
    host: hostname(),
    ...(user === undefined ? {} : { user }),
    ...(lockfileDigest === undefined ? {} : { lockfileDigest }),
    ...(captured ? { git: captured.git } : {}),
  };
  return { environment, ...(captured?.diff ? { gitDiff: captured.diff } : {}) };
}

interface RecentGit {
  readonly at: number;
  readonly capture: Promise<GitCapture | undefined>;
}

function recentGit(directory: string): Promise<GitCapture | undefined> {
  const recent = globalState('recent-git', () => new Map<string, RecentGit>());
  const found = recent.get(directory);
  if (found && performance.now() - found.at < gitFreshMs) return found.capture;
  const capture = captureGit(directory);
  recent.set(directory, { at: performance.now(), capture });
  return capture;
}

interface LockfileDigest {
  readonly stamp: string;
  readonly digest: string;
}

/** Digest of the nearest lockfile, in the folder or above it; read again only when the file changed. */
function digestLockfile(directory: string): string | undefined {
  const known = globalState('lockfile-digests', () => new Map<string, LockfileDigest>());
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    for (const name of lockfiles) {
      const file = path.join(folder, name);
      const stats = statSync(file, { throwIfNoEntry: false });
      if (!stats?.isFile()) continue;
      const stamp = `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
      const found = known.get(file);
      if (found?.stamp === stamp) return found.digest;
      const digest = readDigest(file);
      if (digest !== undefined) known.set(file, { stamp, digest });
      return digest;
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

function readDigest(file: string): string | undefined {
  try {
    return digestBytes(readFileSync(file));
  } catch {
    // not readable for this user: the record does without
    return undefined;
  }
}

function currentUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // a container's arbitrary uid has no entry among the users
    return undefined;
  }
}
