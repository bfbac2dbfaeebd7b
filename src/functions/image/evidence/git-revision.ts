import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../../core/atomic-file.ts';

/** The commit that a function's sources are at. */
export interface GitRevision {
  readonly commit: string;
  /** Whether these very files differ from the commit. */
  readonly dirty: boolean;
  /** Seconds since 1970. */
  readonly committedAt: number;
}

/**
 * The commit of the repository that a folder belongs to and whether the function's own files differ from it; undefined where there
 * is no git, no repository or no commit. Other files of the repository do not count: they are not in the image.
 * @param cacheDirectory where the times of commits are kept, so that one question to git is enough
 */
export async function gitRevision(
  root: string,
  files: readonly string[],
  cacheDirectory: string,
): Promise<GitRevision | undefined> {
  if (!isInRepository(root)) return undefined;
  const status = await git(root, [
    'status',
    '--porcelain=v2',
    '--branch',
    '--untracked-files=all',
    '--',
    ...files,
  ]);
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(status ?? '')?.[1];
  if (status === undefined || commit === undefined) return undefined;
  const committedAt = await commitTime(root, commit, path.join(cacheDirectory, 'commits'));
  return committedAt === undefined ? undefined : { commit, dirty: /^[^#\n]/m.test(status), committedAt };
}

function isInRepository(root: string): boolean {
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, '.git'))) return true;
    if (path.dirname(folder) === folder) return false;
  }
}

/** A commit's time is part of it and never changes. */
async function commitTime(root: string, commit: string, directory: string): Promise<number | undefined> {
  const file = path.join(directory, commit);
  if (existsSync(file)) return Number(readFileSync(file, 'utf8'));
  const log = await git(root, ['log', '-1', '--no-show-signature', '--format=%ct', commit]);
  const time = Number(log?.trim());
  if (!(time > 0)) return undefined;
  writeFileAtomic(file, `${time}\n`);
  return time;
}

function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile('git', ['-c', 'core.fsmonitor=false', ...args], { cwd, env, timeout: 10_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}
