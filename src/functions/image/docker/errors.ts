import { defineError, type ErrorFactory } from '../../../core/error.ts';

export const dockerUnavailable: ErrorFactory = defineError(
  'DOCKER_UNAVAILABLE',
  'unavailable',
  'No Docker daemon answers at the address where one is expected.',
);
export const dockerForbidden: ErrorFactory = defineError(
  'DOCKER_FORBIDDEN',
  'auth',
  'A Docker daemon is there, but this user may not use it.',
);
export const dockerTooOld: ErrorFactory = defineError(
  'DOCKER_TOO_OLD',
  'unavailable',
  'The Docker daemon is older than what Slipway works with.',
);
export const dockerHostInvalid: ErrorFactory = defineError(
  'DOCKER_HOST_INVALID',
  'usage',
  'The address of the Docker daemon cannot be read.',
);
export const dockerLoadFailed: ErrorFactory = defineError(
  'DOCKER_LOAD_FAILED',
  'failed',
  'The Docker daemon did not take an image.',
);
export const dockerBuildFailed: ErrorFactory = defineError(
  'DOCKER_BUILD_FAILED',
  'failed',
  'A command for the base of an image failed, or Docker could not build it.',
);
