import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { type Postgres, startPostgres } from '../support/start-postgres.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';

/** Starts a server over an empty store of its own. */
export type StartServer = (folder: string, args?: readonly string[]) => Promise<TrackingServer>;

/** What a server does whatever it keeps its runs in. */
export function describeOnBothStores(name: string, tests: (start: StartServer) => void): void {
  describe(`${name}, over a folder`, () => {
    tests((folder, args = []) => startTrackingServer(folder, { args }));
  });

  describeWith(['postgres'], `${name}, over Postgres`, () => {
    let postgres: Postgres;
    beforeAll(async () => {
      postgres = await startPostgres();
    });
    afterAll(() => postgres.dispose());
    tests(async (folder, args = []) => {
      const env = {
        SLIPWAY_DATABASE_URL: await postgres.createDatabase(),
        SLIPWAY_ARTIFACTS: path.join(folder, 'artifacts'),
      };
      return startTrackingServer(folder, { args, env });
    });
  });
}
