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
