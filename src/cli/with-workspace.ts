import { parseName } from '../core/name.ts';
import type { Workspace } from '../projects/workspace.ts';
import { noServer } from '../tracking/http/server-address.ts';
import type { Session } from './session.ts';

export interface WithWorkspaceOptions {
  /** Works with the store in `.slipway`, whatever the settings say of a tracking server. @default false */
  readonly local?: boolean;
}

/** Opens the project that the command stands in, and closes it whatever happens. */
export async function withWorkspace<T>(
  session: Session,
  use: (workspace: Workspace) => Promise<T>,
  { local = false }: WithWorkspaceOptions = {},
): Promise<T> {
  const { openWorkspace } = await import('../projects/open-workspace.ts');
  const project = session.flags.project ?? session.env.SLIPWAY_PROJECT;
  const say = (line: string): void => void session.err.write(`${line}\n`);
  const workspace = await openWorkspace({
    directory: session.directory,
    env: trackedEnvironment(session, local),
    onProgress: (line) => {
      if (session.flags.quiet === undefined) say(line);
    },
    onWarning: (line) => say(`${session.err.colors.yellow('warning')} ${line}`),
    ...(typeof project === 'string' && project !== '' ? { project: parseName('project', project) } : {}),
    userTracking: async () => (await import('./options/user-tracking.ts')).readUserTracking(session.env),
    startServer: async (options) => (await import('../server/start-pod-server.ts')).startPodServer(options),
  });
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}

/** The environment with what the flag says in its place. */
function trackedEnvironment({ env, flags }: Session, local: boolean): Session['env'] {
  const url = local ? noServer : flags.trackingUrl;
  return typeof url === 'string' ? { ...env, SLIPWAY_TRACKING_URL: url } : env;
}
