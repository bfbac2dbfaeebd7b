import type { Replicas } from '../replicas.ts';
import { ChangeFeed } from './change-feed.ts';
import { Database } from './database.ts';
import { PostgresProject } from './postgres-project.ts';
import { refusePooler } from './schema/check-pooler.ts';
import { migrate } from './schema/migrate.ts';
import { startProjection } from './start-projection.ts';
import { appendOutput } from './write/append-output.ts';
import { GroupCommit } from './write/group-commit.ts';

export interface PostgresTrackingOptions {
  /** `postgres://…`, as `parseDatabaseUrl` gives it. */
  readonly url: string;
  /** Folder of the artifacts' files, shared by every server of the database. */
  readonly artifacts: string;
}

/** The runs of all projects in a Postgres database. Any number of servers may use the same. */
export interface PostgresTracking {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly artifacts: string;
  project(name: string): PostgresProject;
  /** The receiving end of runs that are written elsewhere. */
  replicas(project: string): Replicas;
  /** Resolves when the database answers. Throws DATABASE_UNREACHABLE. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to a database and brings its tables up to date.
 * @throws DATABASE_UNREACHABLE, DATABASE_REFUSED, DATABASE_TOO_NEW, DATABASE_UNSUITABLE
 */
export async function openPostgresTracking({
  url,
  artifacts,
}: PostgresTrackingOptions): Promise<PostgresTracking> {
  const database = new Database(url);
  try {
    await refusePooler(database);
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const feed = new ChangeFeed(database);
  const commits = new GroupCommit(database);
  const projection = startProjection(database);
  const tracking: PostgresTracking = {
    database,
    feed,
    artifacts,
    project: (name) => new PostgresProject(tracking, name),
    replicas: (project) => ({
      receive: async (uid, events) => ({ lastSeq: await commits.append({ project, uid, events }) }),
      receiveLog: async (uid, offset, bytes) => ({
        size: await database.transaction(() => appendOutput({ project, uid, offset, bytes })),
      }),
      close: async () => undefined,
    }),
    async check() {
      if (projection.failure() !== undefined) throw projection.failure();
      await database.query({ text: 'SELECT', values: [] });
    },
    async close() {
      await projection.stop();
      await feed.close();
      await database.close();
    },
  };
  return tracking;
}
