import { openLocalStore } from './local/local-store.ts';
import { openReplicas } from './local/replicas.ts';
import { PostgresStore } from './postgres/direct/postgres-store.ts';
import { openPostgresTracking } from './postgres/postgres-tracking.ts';

export interface OpenPostgresStoreOptions {
  /** `postgres://…` */
  readonly url: string;
  readonly project: string;
  /** Folder of the artifacts' files, shared by everybody who uses the database. */
  readonly artifacts: string;
  /** Folder of the local store that takes everything first. */
  readonly spoolDirectory: string;
  /** Milliseconds that `flush` and `close` wait for the database. @default 30000 */
  readonly flushMs?: number;
}

/**
 * Opens a project's store straight on a Postgres database, with a local store in between.
 * @throws DATABASE_UNREACHABLE, DATABASE_REFUSED, DATABASE_TOO_NEW, DATABASE_UNSUITABLE
 */
export async function openPostgresStore(options: OpenPostgresStoreOptions): Promise<PostgresStore> {
  const { url, project, artifacts, spoolDirectory: directory, flushMs } = options;
  const tracking = await openPostgresTracking({ url, artifacts });
  const spool = {
    directory,
    store: openLocalStore({ directory, project }),
    replicas: openReplicas({ directory, project }),
  };
  return new PostgresStore({ tracking, url, project, spool, ...(flushMs === undefined ? {} : { flushMs }) });
}
