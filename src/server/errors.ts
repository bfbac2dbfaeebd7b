import { defineError, type ErrorFactory } from '../core/error.ts';

export const tokenMissing: ErrorFactory = defineError(
  'TOKEN_MISSING',
  'auth',
  'A request to the server carries no token, or one it does not know.',
);
export const tokenScope: ErrorFactory = defineError(
  'TOKEN_SCOPE',
  'auth',
  'A token does not allow what was asked for.',
);
export const invalidTokens: ErrorFactory = defineError(
  'INVALID_TOKENS',
  'usage',
  'The file of tokens of a server cannot be read.',
);
export const addressInUse: ErrorFactory = defineError(
  'ADDRESS_IN_USE',
  'conflict',
  'Another process listens on the address that the server was to take.',
);
export const invalidQuery: ErrorFactory = defineError(
  'INVALID_QUERY',
  'usage',
  'A request to the server is not of the form that it takes.',
);
