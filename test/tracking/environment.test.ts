import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/core/digest.ts';
import { captureEnvironment } from '../../src/tracking/environment.ts';
import { captureGit, withoutCredentials } from '../../src/tracking/git-state.ts';
import { tempDirectory } from './temp-directory.ts';

function repository(): string {
  const directory = tempDirectory();
  git(directory, 'init', '-q', '-b', 'main');
  writeFileSync(path.join(directory, 'a.txt'), 'one\n');
  git(directory, 'add', '.');
  git(directory, '-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'first');
  return directory;
}
const git = (directory: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: directory, encoding: 'utf8' });

describe('the environment of a run', () => {
  it('tells Node, platform, host, version of Slipway and the digest of the nearest lockfile', async () => {
    const directory = tempDirectory();
    writeFileSync(path.join(directory, 'package-lock.json'), '{}');
    const below = path.join(directory, 'deep', 'down');
    mkdirSync(below, { recursive: true });
    const { environment } = await captureEnvironment(below);
    expect(environment).toMatchObject({
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      host: hostname(),
      slipway: expect.stringMatching(/^\d+\.\d+\.\d+/),
      lockfileDigest: digestBytes('{}'),
    });
  });

  it('has no git where there is no repository, no commit or no folder', async () => {
    const directory = tempDirectory();
    expect((await captureEnvironment(directory)).environment).not.toHaveProperty('git');
    git(directory, 'init', '-q');
    expect(await captureGit(directory)).toBeUndefined();
    expect(await captureGit(path.join(directory, 'missing'))).toBeUndefined();
  });

  it('tells commit and branch of a clean repository, and the difference of a dirty one', async () => {
    const directory = repository();
    const commit = git(directory, 'rev-parse', 'HEAD').trim();
    expect(await captureGit(directory)).toEqual({ git: { commit, branch: 'main', dirty: false } });
    writeFileSync(path.join(directory, 'untracked.txt'), 'x');
    expect((await captureGit(directory))?.git.dirty).toBe(false);
    writeFileSync(path.join(directory, 'a.txt'), 'two\n');
    const dirty = await captureGit(directory);
    expect(dirty?.git.dirty).toBe(true);
    expect(dirty?.diff).toContain('-one\n+two');
  });

  it('leaves the branch out when none is checked out, and cuts a long difference', async () => {
    const directory = repository();
    git(directory, 'checkout', '-q', '--detach');
    writeFileSync(path.join(directory, 'a.txt'), 'x'.repeat(2_000_000));
    const capture = await captureGit(directory);
    expect(capture?.git).not.toHaveProperty('branch');
    expect(capture?.diff?.length).toBeLessThan(1_100_000);
    expect(capture?.diff).toContain('cut at 1 MB');
  });

  it('keeps no credentials of a remote', async () => {
    const directory = repository();
    git(directory, 'remote', 'add', 'origin', 'https://me:token@example.org/a/b.git');
    expect((await captureGit(directory))?.git.remote).toBe('https://example.org/a/b.git');
    expect(withoutCredentials('git@github.com:a/b.git')).toBe('git@github.com:a/b.git');
    expect(withoutCredentials('https://x@y:z@example.org/a')).toBe('https://example.org/a');
  });

  it('runs nothing that the repository names', async () => {
    const directory = repository();
    const mark = path.join(directory, 'mark');
    git(directory, 'config', 'core.fsmonitor', `touch ${mark}; false`);
    git(directory, 'config', 'diff.external', `touch ${mark}`);
    writeFileSync(path.join(directory, 'a.txt'), 'two\n');
    expect((await captureGit(directory))?.diff).toContain('+two');
    expect(existsSync(mark)).toBe(false);
  });
});
