import type { OptionEntry } from './option-entry.ts';

/** Values of the options that say where runs are kept. */
export interface ServerOptionValues {
  readonly home?: string;
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly database?: string;
  readonly artifactsFolder?: string;
  readonly trackingTokenFile?: string;
  readonly trackingUrl?: string;
}

/** The part of the option table about stores and tracking servers. */
export const serverOptions: { readonly [Name in keyof ServerOptionValues]-?: OptionEntry } = {
  home: {
    type: 'text',
    env: 'SLIPWAY_HOME',
    value: 'folder',
    doc: 'Folder of runs, artifacts and caches. .slipway in the project unless given.',
  },
  host: {
    type: 'text',
    flag: '--host',
    value: 'address',
    default: '127.0.0.1',
    doc: 'Address to listen on; 0.0.0.0 for every one.',
  },
  port: {
    type: 'integer',
    flag: '--port',
    value: 'n',
    default: 8642,
    doc: 'Port to listen on; 0 takes a free one.',
  },
  tokenFile: {
    type: 'text',
    flag: '--token-file',
    value: 'file',
    env: 'SLIPWAY_TOKEN_FILE',
    doc: 'File of the tokens that open the server, one a line.',
  },
  database: {
    type: 'text',
    flag: '--database',
    value: 'url',
    env: 'SLIPWAY_DATABASE_URL',
    confidential: true,
    doc: 'Postgres database that keeps the runs instead of files: postgres://user@host:5432/name. A password belongs in the environment.',
  },
  artifactsFolder: {
    type: 'text',
    flag: '--artifacts',
    value: 'folder',
    env: 'SLIPWAY_ARTIFACTS',
    doc: 'Folder of the files of artifacts, where a database keeps the runs; the store unless given.',
  },
  trackingTokenFile: {
    type: 'text',
    env: 'SLIPWAY_TRACKING_TOKEN_FILE',
    project: 'tracking.tokenFile',
    user: 'trackingTokenFile',
    value: 'file',
    doc: 'File that holds the token of the tracking server; SLIPWAY_TRACKING_TOKEN may hold the token itself.',
  },
  trackingUrl: {
    type: 'text',
    flag: '--tracking-url',
    value: 'url',
    env: 'SLIPWAY_TRACKING_URL',
    project: 'tracking.url',
    user: 'trackingUrl',
    doc: 'Tracking server that keeps the runs; none for the store here, whatever the settings say.',
  },
};
