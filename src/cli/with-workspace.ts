import { parseName } from '../core/name.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Session } from './session.ts';

/** Opens the project that the command stands in, and closes it whatever happens. */
export async function withWorkspace<T>(
  session: Session,
  use: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { openWorkspace } = await import('../projects/open-workspace.ts');
  const project = session.flags.project ?? session.env.SLIPWAY_PROJECT;
  const workspace = await openWorkspace({
    directory: session.directory,
    env: session.env,
    onProgress: (line) => {
      if (session.flags.quiet === undefined) void session.err.write(`${line}\n`);
    },
    ...(typeof project === 'string' && project !== '' ? { project: parseName('project', project) } : {}),
  });
  try {
    return await use(workspace);
  } finally {
    await workspace.close();
  }
}
