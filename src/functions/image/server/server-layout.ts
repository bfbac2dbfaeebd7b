/** Where things are in the server's image, without the leading slash. */
export const serverLayout = {
  root: 'slipway',
  init: 'slipway/init',
  program: 'slipway/server.mjs',
  packages: 'slipway/node_modules',
  /** Where the store is: a volume is mounted there. */
  data: 'data',
} as const;

/** Name of the image in reports, labels and documents. */
export const serverName = 'slipway-server';

/** What a container starts; the words of a command line follow. */
export const serverEntrypoint: readonly string[] = [
  `/${serverLayout.init}`,
  'node',
  `/${serverLayout.program}`,
];

/** What a container does that is given no words: it listens to others, not to itself alone. */
export const serverCommand: readonly string[] = ['server', '--host', '0.0.0.0'];
