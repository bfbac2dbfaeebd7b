import path from 'node:path';
import { command } from '../command.ts';
import type { CommandGroup } from '../command-table.ts';

/** Where the image keeps the store unless `SLIPWAY_HOME` names another folder: a volume is mounted there. */
const storeFolder = '/data';

/** What the server's image can do: keep a store. */
export const imageCommands: readonly CommandGroup[] = [
  {
    title: 'Serve',
    commands: [
      command({
        name: 'server',
        summary: 'Keep the store for other machines: a tracking server.',
        description: `Serves the store in ${storeFolder}, or in SLIPWAY_HOME, over HTTP until it is interrupted.`,
        arguments: [],
        options: ['host', 'port', 'tokenFile', 'database', 'artifactsFolder', 'output', 'json'],
        graceful: true,
        load: async () => {
          const { keepStore } = await import('./keep-store.ts');
          return async ({ options, session }) => {
            const home = session.env.SLIPWAY_HOME;
            await keepStore(path.resolve(session.directory, home ? home : storeFolder), options, session);
            return undefined;
          };
        },
      }),
    ],
  },
];
