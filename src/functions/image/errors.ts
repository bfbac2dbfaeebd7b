import { defineError, type ErrorFactory } from '../../core/error.ts';

export const invalidImageReference: ErrorFactory = defineError(
  'INVALID_IMAGE_REFERENCE',
  'usage',
  'A name of an image is not of the form registry/name:tag or registry/name@sha256:….',
);
export const invalidPlatform: ErrorFactory = defineError(
  'INVALID_PLATFORM',
  'usage',
  'A platform is not of the form linux/amd64 or linux/arm/v7.',
);
export const imagePlatformNotFound: ErrorFactory = defineError(
  'IMAGE_PLATFORM_NOT_FOUND',
  'not-found',
  'An image exists, but not for the platform asked for.',
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
