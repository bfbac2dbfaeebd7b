import { defineError, type ErrorFactory } from '../../core/error.ts';

export const imageOptionsInvalid: ErrorFactory = defineError(
  'IMAGE_OPTIONS_INVALID',
  'usage',
  'An image is asked for in a way that cannot be built: options that contradict each other, or a value that cannot be used.',
);
export const imageBaseUnavailable: ErrorFactory = defineError(
  'IMAGE_BASE_UNAVAILABLE',
  'usage',
  'The base image "self" cannot be made here: this process is no Node.js on Linux, or runs on another platform than asked for.',
);
export const imagePackagePlatform: ErrorFactory = defineError(
  'IMAGE_PACKAGE_PLATFORM',
  'usage',
  'A native package has no build for the platform of the image.',
);
export const imagePackageUnavailable: ErrorFactory = defineError(
  'IMAGE_PACKAGE_UNAVAILABLE',
  'unavailable',
  'A package that an image needs is not installed here and cannot be fetched.',
);
export const imageRuntimeMissing: ErrorFactory = defineError(
  'IMAGE_RUNTIME_MISSING',
  'failed',
  'The parts of Slipway that go into every image are not in its installation, or not as they were installed.',
);
