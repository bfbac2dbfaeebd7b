import { defineError, type ErrorFactory } from '../../../core/error.ts';

export const registryUnreachable: ErrorFactory = defineError(
  'REGISTRY_UNREACHABLE',
  'unavailable',
  'A registry does not answer: the name does not resolve, nothing listens, or nothing comes in time.',
);
export const registryConnectionLost: ErrorFactory = defineError(
  'REGISTRY_CONNECTION_LOST',
  'unavailable',
  'The connection to a registry was cut more often than was worth going on.',
);
export const registryCertificateInvalid: ErrorFactory = defineError(
  'REGISTRY_CERTIFICATE_INVALID',
  'auth',
  'The certificate of a registry cannot be trusted, or a file of trusted certificates cannot be read.',
);
export const registryUnauthorized: ErrorFactory = defineError(
  'REGISTRY_UNAUTHORIZED',
  'auth',
  'A registry wants credentials, or refuses those it got.',
);
export const registryForbidden: ErrorFactory = defineError(
  'REGISTRY_FORBIDDEN',
  'auth',
  'A registry knows the user, who may not do this in the repository.',
);
export const registryRateLimited: ErrorFactory = defineError(
  'REGISTRY_RATE_LIMITED',
  'unavailable',
  'A registry still refuses requests as too many after waiting.',
);
export const registryFailed: ErrorFactory = defineError(
  'REGISTRY_FAILED',
  'unavailable',
  'A registry answers with a failure of its own, or with something that is no answer of a registry.',
);
export const registryRefused: ErrorFactory = defineError(
  'REGISTRY_REFUSED',
  'failed',
  'A registry does not accept what was sent.',
);
export const imageNotFound: ErrorFactory = defineError(
  'IMAGE_NOT_FOUND',
  'not-found',
  'An image, a tag or a layer does not exist in its registry.',
);
export const dockerConfigInvalid: ErrorFactory = defineError(
  'DOCKER_CONFIG_INVALID',
  'usage',
  'The Docker configuration with the credentials of registries cannot be read.',
);
export const credentialHelperFailed: ErrorFactory = defineError(
  'CREDENTIAL_HELPER_FAILED',
  'auth',
  'The program that should give the credentials of a registry is missing or failed.',
);
