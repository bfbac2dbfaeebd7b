import type { Execute } from '../command.ts';
import type { RunningSchedulers } from '../schedule/supervise-scheduler.ts';
import type { KeepStoreOptions } from '../server/keep-store.ts';
import type { Session } from '../session.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway server`: keeps the project's store for others to write to and read from, until it is interrupted. */
export const server: Execute<keyof KeepStoreOptions | 'schedules'> = ({ options, session }) =>
  withWorkspace(
    session,
    async ({ project }) => {
      const { keepStore } = await import('../server/keep-store.ts');
      const schedulers = await lookAfter(options.schedules, session);
      try {
        await keepStore(project.storeDirectory, options, session);
      } finally {
        await schedulers?.close();
      }
      return undefined;
    },
    // a project may name the very server that is started here
    { local: true },
  );

async function lookAfter(
  folders: readonly string[],
  session: Session,
): Promise<RunningSchedulers | undefined> {
  if (folders.length === 0) return undefined;
  const { superviseSchedulers } = await import('../schedule/supervise-scheduler.ts');
  return superviseSchedulers(folders, session);
}
