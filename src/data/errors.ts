import { defineError, type ErrorFactory } from '../core/error.ts';

export const dataNotFound: ErrorFactory = defineError(
  'DATA_NOT_FOUND',
  'not-found',
  'A file, URL or name that data was to be read from does not exist.',
);
export const dataUnreadable: ErrorFactory = defineError(
  'DATA_UNREADABLE',
  'failed',
  'Data exists but cannot be read as asked: it is a folder, the answer is incomplete, or its encoding is wrong.',
);
export const dataUnreachable: ErrorFactory = defineError(
  'DATA_UNREACHABLE',
  'unavailable',
  'The server that holds the data cannot be reached or fails at the moment.',
);
export const dataAccessDenied: ErrorFactory = defineError(
  'DATA_ACCESS_DENIED',
  'auth',
  'Reading or writing the data is not permitted.',
);
export const dataReadOnly: ErrorFactory = defineError(
  'DATA_READ_ONLY',
  'usage',
  'Data behind http and in artifacts can be read only.',
);
export const invalidDataReference: ErrorFactory = defineError(
  'INVALID_DATA_REFERENCE',
  'usage',
  'A path or URL of data cannot be understood, or nothing is registered that reads it.',
);
export const unknownTableFormat: ErrorFactory = defineError(
  'UNKNOWN_TABLE_FORMAT',
  'usage',
  'The name of a file does not tell which table format it holds.',
);
export const datasetEmpty: ErrorFactory = defineError(
  'DATASET_EMPTY',
  'failed',
  'A file that should hold a table holds nothing, not even column names.',
);
export const tableMalformed: ErrorFactory = defineError(
  'TABLE_MALFORMED',
  'failed',
  'A file breaks the rules of its table format.',
);
export const tableTypeMismatch: ErrorFactory = defineError(
  'TABLE_TYPE_MISMATCH',
  'failed',
  "A value does not fit its column's type.",
);
export const invalidTable: ErrorFactory = defineError(
  'INVALID_TABLE',
  'usage',
  'What was given as a table is none: rows that are no objects, columns of unequal length, duplicate names.',
);
export const columnNotFound: ErrorFactory = defineError(
  'COLUMN_NOT_FOUND',
  'failed',
  'A table has no column of that name.',
);
export const rowNotFound: ErrorFactory = defineError(
  'ROW_NOT_FOUND',
  'failed',
  'A table has no row at that position.',
);
export const labelColumnNotFound: ErrorFactory = defineError(
  'LABEL_COLUMN_NOT_FOUND',
  'failed',
  'The label column is not a column of the dataset.',
);
export const invalidArtifactContent: ErrorFactory = defineError(
  'INVALID_ARTIFACT_CONTENT',
  'usage',
  'The content of an artifact cannot be stored: a file name or link leads out of its folder, or there is nothing to store.',
);
export const invalidPlot: ErrorFactory = defineError(
  'INVALID_PLOT',
  'usage',
  'A plot is neither SVG, PNG, HTML nor a Vega-Lite specification.',
);
export const invalidModel: ErrorFactory = defineError(
  'INVALID_MODEL',
  'usage',
  'A model has no files, or its parts contradict each other.',
);
export const invalidPredictor: ErrorFactory = defineError(
  'INVALID_PREDICTOR',
  'usage',
  'A predictor does not have the shape that predicting with it needs.',
);
export const artifactNotInRun: ErrorFactory = defineError(
  'ARTIFACT_NOT_IN_RUN',
  'not-found',
  'The run logged no artifact under that key.',
);
