import { defineError, type ErrorFactory } from '../../core/error.ts';

export const trackingAddressNeeded: ErrorFactory = defineError(
  'TRACKING_ADDRESS_NEEDED',
  'usage',
  'Pods of a cluster have no address under which they reach the tracking server or this machine.',
);
export const trackingAddressTaken: ErrorFactory = defineError(
  'TRACKING_ADDRESS_TAKEN',
  'conflict',
  'A temporary tracking server cannot listen on the address that was given for pods.',
);
