import { type CommandEntry, command } from '../command.ts';

/** Commands around the tracking server. */
export const serverCommands: readonly CommandEntry[] = [
  command({
    name: 'server',
    summary: 'Keep the store for other machines: a tracking server.',
    description:
      'Serves the store of the project, or runs in a Postgres database, over HTTP until it is interrupted. Every request needs a token; without --token-file one is made and kept beside the store.\n' +
      'With --schedules it looks after the schedules of projects, too.',
    arguments: [],
    options: ['host', 'port', 'tokenFile', 'schedules', 'database', 'artifactsFolder', 'output', 'json'],
    examples: [
      'slipway server',
      'slipway server --host 0.0.0.0 --port 8642 --token-file tokens.txt',
      'slipway server --database postgres://slipway@db.example.com/runs --artifacts /srv/artifacts',
    ],
    graceful: true,
    load: async () => (await import('../commands/server.ts')).server,
  }),
  command({
    name: 'sync',
    summary: 'Bring the runs of a local store to a tracking server.',
    description:
      'Sends what the server does not have: runs of the project, or of every project of another store folder. Doing it twice changes nothing.',
    arguments: [
      { name: 'folder', doc: 'Folder of the store. The project’s own unless given.', optional: true },
    ],
    options: ['output', 'json'],
    examples: ['slipway sync --tracking-url http://127.0.0.1:8642', 'slipway sync spool/'],
    load: async () => (await import('../commands/sync.ts')).sync,
  }),
];
