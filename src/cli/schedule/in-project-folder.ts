import type { Workspace } from '../../projects/workspace.ts';

/** The workspace as seen from the project's folder, for this whole process: pipeline files resolve their paths from there. */
export function inProjectFolder(workspace: Workspace): Workspace {
  const { root } = workspace.project;
  process.chdir(root);
  return { ...workspace, directory: root };
}
