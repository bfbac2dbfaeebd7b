import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, createFolder, type Folder, node, notebook } from './slipway.ts';

const slipway = `'${node}' '${cli}'`;

/** A repository whose notebooks go through the filter and the external diff, as the guide sets them up. */
function createRepository(
  files: Readonly<Record<string, string>>,
): Folder & { git(...args: string[]): string } {
  const folder = createFolder(files);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, GIT_PAGER: 'cat', NO_COLOR: '1' },
    });
  git('init', '--quiet');
  git('config', 'filter.notebooks.clean', `${slipway} notebook clean`);
  git('config', 'diff.notebooks.command', `${slipway} notebook diff`);
  folder.write('.gitattributes', '*.ipynb filter=notebooks diff=notebooks\n');
  return { ...folder, git };
}

/** The notebook as Jupyter saves it after a run: with a count and an output in every code cell. */
function executed(text: string): string {
  const file = JSON.parse(text) as { cells: Record<string, unknown>[] };
  const outputs = [{ output_type: 'stream', name: 'stdout', text: 'an output' }];
  const cells = file.cells.map((cell, at) => ({ ...cell, execution_count: at + 1, outputs }));
  return JSON.stringify({ ...file, cells });
}

describe('notebooks in a git repository', () => {
  it('are committed without outputs, and a run of them is no change', () => {
    const text = notebook('const a = 1;', 'a + 1;');
    const { git, write, path: root } = createRepository({ 'train.ipynb': executed(text) });
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    const stored = git('show', 'HEAD:train.ipynb');
    expect(stored).not.toContain('an output');
    expect(readFileSync(path.join(root, 'train.ipynb'), 'utf8')).toContain('an output');
    write('train.ipynb', executed(text).replaceAll('an output', 'another output'));
    git('add', '.');
    expect(git('diff', '--cached', '--name-only')).toBe('');
  });

  it('are compared by cell: changed, new, renamed and removed ones', () => {
    const { git, write } = createRepository({ 'train.ipynb': notebook('const a = 1;', 'a + 1;') });
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    write('train.ipynb', executed(notebook('const a = 2;', 'a + 1;')));
    expect(git('diff')).toBe(
      '--- a/train.ipynb\n+++ b/train.ipynb\n@@ cell 1 → 1 (code cell-1) changed @@\n-const a = 1;\n+const a = 2;\n',
    );
    write('new.ipynb', notebook('fresh;'));
    git('add', '.');
    expect(git('diff', '--cached', 'new.ipynb')).toBe(
      '--- a/new.ipynb\n+++ b/new.ipynb\n@@ cell 1 (code cell-1) added @@\n+fresh;\n',
    );
    git('commit', '--quiet', '--message', 'second');
    git('mv', 'train.ipynb', 'moved.ipynb');
    write('moved.ipynb', notebook('const a = 2;', 'a + 3;'));
    git('add', '.');
    expect(git('diff', '--cached', '--find-renames=20%')).toContain(
      '--- a/train.ipynb\n+++ b/moved.ipynb\n@@ cell 2 → 2 (code cell-2) changed @@\n-a + 1;\n+a + 3;\n',
    );
    git('rm', '--quiet', 'new.ipynb');
    expect(git('diff', '--cached', '--', 'new.ipynb')).toContain('(code cell-1) removed @@\n-fresh;\n');
  });

  it('are refused by a pre-commit hook while they have outputs', () => {
    const { git, write, path: root } = createRepository({ 'train.ipynb': executed(notebook('1;')) });
    git('config', '--unset', 'filter.notebooks.clean');
    const hook = `#!/bin/sh\ngit diff --cached --name-only --diff-filter=d -z -- '*.ipynb' | xargs -0 -r ${slipway} notebook clean --check\n`;
    chmodSync(write('.git/hooks/pre-commit', hook), 0o755);
    git('add', '.');
    expect(() => git('commit', '--quiet', '--message', 'dirty')).toThrow('Command failed');
    execFileSync(node, [cli, 'notebook', 'clean', 'train.ipynb'], { cwd: root });
    git('add', '.');
    git('commit', '--quiet', '--message', 'clean');
    expect(git('log', '--format=%s').trim()).toBe('clean');
  });

  it('are given in pairs, else the command says so', async () => {
    const folder = createFolder({ 'a.ipynb': notebook('1;') });
    const { code, stderr } = await folder.slipway(['notebook', 'diff', 'a.ipynb']);
    expect(code).toBe(2);
    expect(stderr).toContain('two notebooks are compared, not 1');
  });
});
