import { errorRecord } from '../../../core/error.ts';
import { serverOf } from '../../../tracking/http/served-store.ts';
import { abandonedRoutes, type KnownRoute } from '../../tracking/route-book.ts';
import type { StartServer } from '../../tracking/route-opener.ts';
import type { Workspace } from '../../workspace.ts';
import type { Orphans } from './orphans.ts';
import { RouteWard } from './route-ward.ts';

export interface OpenOrphansOptions {
  /** Without it the cluster is asked, but pods cannot ship what they have. */
  readonly startServer?: StartServer | undefined;
}

/**
 * Looks after the runs of a project in pods whose command was killed: the temporary tracking server that they know is opened again, and
 * how they ended is found out. Undefined where there are none.
 */
export async function openOrphans(
  workspace: Workspace,
  options: OpenOrphansOptions,
): Promise<Orphans | undefined> {
  const { project, store } = workspace;
  if (serverOf(store)) return undefined;
  const routes = abandonedRoutes(project.storeDirectory, project.name);
  const wards = await Promise.all(routes.map((route) => openWard(workspace, route, options)));
  const opened = wards.filter((ward) => ward !== undefined);
  return opened.length === 0 ? undefined : joined(opened);
}

async function openWard(
  workspace: Workspace,
  route: KnownRoute,
  { startServer }: OpenOrphansOptions,
): Promise<RouteWard | undefined> {
  const ward = new RouteWard(workspace, route, startServer);
  try {
    return (await ward.open()) ? ward : undefined;
  } catch (error) {
    const { message, hint } = errorRecord(error);
    workspace.onProgress?.(
      `cluster: what became of the runs of a command that was killed is not known: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    );
    await ward.close();
    return undefined;
  }
}

function joined(wards: readonly RouteWard[]): Orphans {
  const every = async (ask: (ward: RouteWard) => Promise<void>): Promise<void> => {
    await Promise.all(wards.map((ward) => ask(ward)));
  };
  return {
    runs: wards.flatMap((ward) => ward.runs),
    heard: (options) => every((ward) => ward.heard(options)),
    collected: (uid) => every((ward) => ward.collected(uid)),
    close: () => every((ward) => ward.close()),
  };
}
