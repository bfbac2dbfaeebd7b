import { execFile } from 'node:child_process';

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
 */
export async function gitRevision(root: string, files: readonly string[]): Promise<GitRevision | undefined> {
  const [log, status] = await Promise.all([
    git(root, ['log', '-1', '--no-show-signature', '--format=%H %ct']),
    git(root, ['status', '--porcelain', '--untracked-files=all', '--', ...files]),
  ]);
  const [, commit, time] = /^([0-9a-f]{40,64}) (\d+)/.exec(log ?? '') ?? [];
  if (commit === undefined || time === undefined) return undefined;
  return { commit, dirty: status === undefined || status.trim() !== '', committedAt: Number(time) };
}

function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile('git', ['-c', 'core.fsmonitor=false', ...args], { cwd, env, timeout: 10_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}
