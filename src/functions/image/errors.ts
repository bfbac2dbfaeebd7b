import { defineError, type ErrorFactory } from '../../core/error.ts';

export const invalidImageReference: ErrorFactory = defineError(
  'INVALID_IMAGE_REFERENCE',
  'usage',
  'A name of an image is not of the form registry/name:tag or registry/name@sha256:….',
);
export const unsupportedPlatform: ErrorFactory = defineError(
  'UNSUPPORTED_PLATFORM',
  'usage',
  'A platform cannot be read, or an image does not exist for it.',
);
export const unsupportedImage: ErrorFactory = defineError(
  'UNSUPPORTED_IMAGE',
  'usage',
  'An image has a form that cannot be built on: an old schema, or something that is no image.',
);
export const imageDigestMismatch: ErrorFactory = defineError(
  'IMAGE_DIGEST_MISMATCH',
  'failed',
  'Content of an image is not what its digest says; it is not kept.',
);
export const imageBlobMissing: ErrorFactory = defineError(
  'IMAGE_BLOB_MISSING',
  'not-found',
  'A part of an image is not in the local cache.',
);
