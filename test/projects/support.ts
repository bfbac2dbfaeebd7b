import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openWorkspace } from '../../src/projects/open-workspace.ts';
import type { Workspace } from '../../src/projects/workspace.ts';

/** A new folder with these files in it. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'slipway-projects-')));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}

/** Runs `use` in the workspace of a folder, standing in it as a user would. */
export async function inWorkspace<Result>(
  directory: string,
  use: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const before = process.cwd();
  process.chdir(directory);
  const workspace = await openWorkspace({ directory, env: {} });
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
    process.chdir(before);
  }
}
