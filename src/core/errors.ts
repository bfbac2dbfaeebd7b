import { defineError, type ErrorFactory } from './error.ts';

export const internalError: ErrorFactory = defineError(
  'INTERNAL',
  'internal',
  'Something in Slipway itself went wrong; please report it.',
);
export const invalidUri: ErrorFactory = defineError('INVALID_URI', 'usage', 'A URI cannot be read.');
export const invalidDuration: ErrorFactory = defineError(
  'INVALID_DURATION',
  'usage',
  'A duration is not of the form 500ms, 30s, 5m, 2h or 1d.',
);
export const invalidName: ErrorFactory = defineError(
  'INVALID_NAME',
  'usage',
  'A name or key has characters that are not allowed.',
);
export const fileNotFound: ErrorFactory = defineError(
  'FILE_NOT_FOUND',
  'not-found',
  'A file or folder does not exist.',
);
export const accessDenied: ErrorFactory = defineError(
  'ACCESS_DENIED',
  'auth',
  'A file or folder may not be read or written by this user.',
);
export const fileNotWritable: ErrorFactory = defineError(
  'FILE_NOT_WRITABLE',
  'usage',
  'A file cannot be written where it was asked for: there is a folder in its place, or a file in place of its folder.',
);
export const diskFull: ErrorFactory = defineError(
  'DISK_FULL',
  'unavailable',
  'The disk or the quota is full; nothing half-written is kept.',
);
export const missingPackage: ErrorFactory = defineError(
  'MISSING_PACKAGE',
  'unavailable',
  'An optional package that this feature needs is not installed.',
);
