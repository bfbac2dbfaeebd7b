import { parseName } from '../core/name.ts';
import { parseDatabaseUrl, renderDatabaseUrl } from '../tracking/postgres/database-url.ts';
import { openPostgresTracking } from '../tracking/postgres/postgres-tracking.ts';
import type { ProjectStore, ProjectStores } from './project-stores.ts';

export interface DatabaseStoresOptions {
  /** `postgres://…` */
  readonly database: string;
  /** Folder of the artifacts' files. */
  readonly artifacts: string;
  /** Whether the address stood on the command line: it may hold no password then. */
  readonly fromArguments: boolean;
}

/**
 * The projects of a Postgres database.
 * @throws INVALID_DATABASE_URL, DATABASE_UNREACHABLE, DATABASE_REFUSED, DATABASE_TOO_NEW, DATABASE_UNSUITABLE
 */
export async function openDatabaseStores({
  database,
  artifacts,
  fromArguments,
}: DatabaseStoresOptions): Promise<{ readonly stores: ProjectStores; readonly shownUrl: string }> {
  const url = parseDatabaseUrl(database, fromArguments ? 'argument' : 'environment');
  const tracking = await openPostgresTracking({ url, artifacts });
  const open = new Map<string, ProjectStore>();
  const stores: ProjectStores = {
    open(name) {
      const known = open.get(name);
      if (known) return known;
      const project = parseName('project', name);
      const store = tracking.project(project);
      const opened: ProjectStore = {
        store,
        replicas: tracking.replicas(project),
        stopRequest: (run, signal) => store.stopRequest(run, signal),
      };
      open.set(project, opened);
      return opened;
    },
    check: () => tracking.check(),
    close: () => tracking.close(),
  };
  return { stores, shownUrl: renderDatabaseUrl(url) };
}
