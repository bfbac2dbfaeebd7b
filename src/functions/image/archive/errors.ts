import { defineError, type ErrorFactory } from '../../../core/error.ts';

export const imageArchiveInvalid: ErrorFactory = defineError(
  'IMAGE_ARCHIVE_INVALID',
  'usage',
  'A file that should be an archive of an image is none, is cut off, or does not say which of its images is meant.',
);
