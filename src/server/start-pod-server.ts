import { packageVersion } from '../core/package-root.ts';
import type { StartServer } from '../projects/tracking/route-opener.ts';

/** Starts a tracking server for pods, in this process: what entries hand to workspaces. Loads the server on first use. */
export const startPodServer: StartServer = async (options) => {
  const { startServer } = await import('./start-server.ts');
  return startServer({ ...options, version: packageVersion() });
};
