import { globalState } from './core/global-state.ts';
import { openWorkspace } from './projects/open-workspace.ts';
import type { Workspace } from './projects/workspace.ts';
import type { TrackingSettings } from './tracking/http/server-address.ts';

/** The workspace of this process: the project that the working directory belongs to. Opened once a directory. */
export function currentWorkspace(): Promise<Workspace> {
  return workspaceOf(process.cwd());
}

/** The workspace of the project that `directory` belongs to. */
export function workspaceOf(directory: string): Promise<Workspace> {
  const opened = globalState('workspaces', () => new Map<string, Promise<Workspace>>());
  const { SLIPWAY_HOME: home = '', SLIPWAY_TRACKING_URL: url = '' } = process.env;
  const key = `${directory}\n${home}\n${url}`;
  const workspace =
    opened.get(key) ??
    openWorkspace({
      directory,
      env: process.env,
      userTracking: readOwnTracking,
      onProgress: (line) => console.error(line),
      startServer: async (options) => (await import('./server/start-pod-server.ts')).startPodServer(options),
    });
  if (!opened.has(key)) settleAtExit(workspace);
  opened.set(key, workspace);
  workspace.catch(() => opened.delete(key));
  return workspace;
}

/** What the settings of the user of this process say of a tracking server, as the command line reads them. */
export async function readOwnTracking(): Promise<TrackingSettings> {
  const { readUserTracking } = await import('./cli/options/user-tracking.ts');
  return readUserTracking(process.env);
}

/** What is on its way to a tracking server gets there before a script ends by itself. */
function settleAtExit(workspace: Promise<Workspace>): void {
  const settle = async (): Promise<void> => {
    await (await workspace.catch(() => undefined))?.settle();
  };
  process.once('beforeExit', () => void settle());
}
