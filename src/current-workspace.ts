import { globalState } from './core/global-state.ts';
import { openWorkspace } from './projects/open-workspace.ts';
import type { Workspace } from './projects/workspace.ts';

/** The workspace of this process: the project that the working directory belongs to. Opened once a directory. */
export function currentWorkspace(): Promise<Workspace> {
  return workspaceOf(process.cwd());
}

/** The workspace of the project that `directory` belongs to. */
export function workspaceOf(directory: string): Promise<Workspace> {
  const opened = globalState('workspaces', () => new Map<string, Promise<Workspace>>());
  const key = `${directory}\n${process.env.SLIPWAY_HOME ?? ''}`;
  const workspace =
    opened.get(key) ??
    openWorkspace({ directory, env: process.env, onProgress: (line) => console.error(line) });
  opened.set(key, workspace);
  workspace.catch(() => opened.delete(key));
  return workspace;
}
