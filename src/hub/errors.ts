import { defineError, type ErrorFactory } from '../core/error.ts';

export const invalidHubReference: ErrorFactory = defineError(
  'INVALID_HUB_REFERENCE',
  'usage',
  'A reference to the hub is not of the form hub://name or hub://name:version.',
);
export const hubItemNotFound: ErrorFactory = defineError(
  'HUB_ITEM_NOT_FOUND',
  'not-found',
  'The hub has no function of that name, or not in that version.',
);
export const invalidHubItem: ErrorFactory = defineError(
  'INVALID_HUB_ITEM',
  'usage',
  'The item.yaml of a hub function cannot be used.',
);
export const hubDigestMismatch: ErrorFactory = defineError(
  'HUB_DIGEST_MISMATCH',
  'conflict',
  'A hub function is not the one that slipway.lock pins.',
);
export const invalidLockfile: ErrorFactory = defineError(
  'INVALID_LOCKFILE',
  'usage',
  'slipway.lock cannot be read.',
);
