import { execFile } from 'node:child_process';
import type { GitState } from './journal-event.ts';

/** Longest difference that is kept; characters. */
const maxDiff = 1024 * 1024;

export interface GitCapture {
  readonly git: GitState;
  /** What tracked files differ by from the commit; cut at 1 MB. Absent when they do not. */
  readonly diff?: string;
}

/** The state of the repository that a folder belongs to; undefined where there is no git, no repository or no commit. */
export async function captureGit(directory: string): Promise<GitCapture | undefined> {
  // the difference is asked for before it is known that there is one: three calls at once take no longer than the slowest
  const [status, remote, diff] = await Promise.all([
    git(directory, 'status', '--porcelain=v2', '--branch', '--untracked-files=no'),
    git(directory, 'config', '--get', 'remote.origin.url'),
    git(directory, 'diff', '--no-ext-diff', '--no-textconv', 'HEAD'),
  ]);
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(status ?? '')?.[1];
  if (status === undefined || commit === undefined) return undefined;
  const branch = /^# branch\.head (.+)$/m.exec(status)?.[1];
  const dirty = /^[^#]/m.test(status);
  const state: GitState = {
    commit,
    ...(branch === undefined || branch === '(detached)' ? {} : { branch }),
    ...(remote?.trim() ? { remote: withoutCredentials(remote.trim()) } : {}),
    dirty,
  };
  return { git: state, ...(dirty && diff ? { diff: cutDiff(diff) } : {}) };
}

/** A remote's URL without user name, password or token. */
export function withoutCredentials(remote: string): string {
  return remote.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

function cutDiff(diff: string): string {
  return diff.length <= maxDiff
    ? diff
    : `${diff.slice(0, maxDiff)}\n[cut at 1 MB of ${diff.length} characters]\n`;
}

/** Output of a git command, or undefined if it fails for whatever reason. Nothing in the repository's own settings is executed. */
function git(directory: string, ...args: readonly string[]): Promise<string | undefined> {
  const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', ...args];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile(
      'git',
      safe,
      { cwd: directory, env, maxBuffer: 8 * maxDiff, timeout: 10_000 },
      (error, stdout) => {
        const tooLong = (error as NodeJS.ErrnoException | null)?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
        resolve(error && !tooLong ? undefined : stdout);
      },
    );
  });
}
