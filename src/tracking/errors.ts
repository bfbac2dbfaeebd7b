import { defineError, type ErrorFactory } from '../core/error.ts';

export const runExists: ErrorFactory = defineError(
  'RUN_EXISTS',
  'conflict',
  'A run with this uid exists already.',
);
export const runNotFound: ErrorFactory = defineError(
  'RUN_NOT_FOUND',
  'not-found',
  'No run has this uid, prefix or name.',
);
export const runAmbiguous: ErrorFactory = defineError(
  'RUN_AMBIGUOUS',
  'usage',
  'An abbreviated uid fits more than one run.',
);
export const runBusy: ErrorFactory = defineError(
  'RUN_BUSY',
  'conflict',
  'Another writer holds the run, or it is still running.',
);
export const runClosed: ErrorFactory = defineError(
  'RUN_CLOSED',
  'conflict',
  'Something was logged to a run whose journal is closed.',
);
export const runLost: ErrorFactory = defineError(
  'RUN_LOST',
  'failed',
  'The process of a run died, or fell silent, without saying how the run ended.',
);
export const journalCorrupt: ErrorFactory = defineError(
  'JOURNAL_CORRUPT',
  'failed',
  "A line in the middle of a run's journal cannot be read.",
);
export const artifactNotFound: ErrorFactory = defineError(
  'ARTIFACT_NOT_FOUND',
  'not-found',
  'No artifact has this key, tag or digest.',
);
export const invalidArtifact: ErrorFactory = defineError(
  'INVALID_ARTIFACT',
  'usage',
  'A staging folder cannot become an artifact: it is empty, or holds a link.',
);
export const invalidFilter: ErrorFactory = defineError(
  'INVALID_FILTER',
  'usage',
  'A filter or order of the search language cannot be read.',
);
export const invalidPageToken: ErrorFactory = defineError(
  'INVALID_PAGE_TOKEN',
  'usage',
  'A page token does not belong to this query.',
);
export const invalidExport: ErrorFactory = defineError(
  'INVALID_EXPORT',
  'usage',
  'A folder is not a complete, unchanged export of a run, or cannot take one.',
);
export const factTooLarge: ErrorFactory = defineError(
  'FACT_TOO_LARGE',
  'usage',
  'A label, tag or reason is too long for one line of the ledger (4 KB).',
);
export const journalGap: ErrorFactory = defineError(
  'JOURNAL_GAP',
  'conflict',
  'Events of a run that is written elsewhere are missing before those that came.',
);
export const journalConflict: ErrorFactory = defineError(
  'JOURNAL_CONFLICT',
  'conflict',
  'Two writers sent different events of one run.',
);
export const logGap: ErrorFactory = defineError(
  'LOG_GAP',
  'conflict',
  'Output of a run that is written elsewhere is missing before what came.',
);
export const serverUnreachable: ErrorFactory = defineError(
  'SERVER_UNREACHABLE',
  'unavailable',
  'The tracking server does not answer.',
);
export const serverRefused: ErrorFactory = defineError(
  'SERVER_REFUSED',
  'auth',
  'The tracking server does not accept the token.',
);
export const notShipped: ErrorFactory = defineError(
  'NOT_SHIPPED',
  'unavailable',
  'What was recorded here could not be brought to the tracking server in time; it is kept and can be sent later.',
);
export const invalidArchive: ErrorFactory = defineError(
  'INVALID_ARCHIVE',
  'usage',
  'An archive that was sent is damaged, or holds what may not be written.',
);
export const artifactDamaged: ErrorFactory = defineError(
  'ARTIFACT_DAMAGED',
  'conflict',
  'The content of an artifact does not have the digest that it was announced with.',
);
export const invalidServerAddress: ErrorFactory = defineError(
  'INVALID_SERVER_ADDRESS',
  'usage',
  'The address or the token of the tracking server cannot be used.',
);
export const invalidDatabaseUrl: ErrorFactory = defineError(
  'INVALID_DATABASE_URL',
  'usage',
  'The address of the database of a tracking server cannot be used.',
);
export const databaseUnreachable: ErrorFactory = defineError(
  'DATABASE_UNREACHABLE',
  'unavailable',
  'The database of the tracking server does not answer; it is asked again with every request.',
);
export const databaseRefused: ErrorFactory = defineError(
  'DATABASE_REFUSED',
  'auth',
  'The database of the tracking server does not let it in, or not do what it needs.',
);
export const databaseUnsuitable: ErrorFactory = defineError(
  'DATABASE_UNSUITABLE',
  'usage',
  'The database of the tracking server is one that it cannot work with.',
);
export const databaseTooNew: ErrorFactory = defineError(
  'DATABASE_TOO_NEW',
  'conflict',
  'The tables of the database were made by a newer version of Slipway.',
);
