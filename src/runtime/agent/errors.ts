import { defineError, type ErrorFactory } from '../../core/error.ts';

export const deliveryInvalid: ErrorFactory = defineError(
  'DELIVERY_INVALID',
  'usage',
  'What a pod was started with is not what its run needs.',
);
export const podNotConnected: ErrorFactory = defineError(
  'POD_NOT_CONNECTED',
  'unavailable',
  'A pod cannot reach the tracking server that it is to bring its run to.',
);
export const podTerminated: ErrorFactory = defineError(
  'POD_TERMINATED',
  'unavailable',
  'A pod was told to end before its run had ended, by somebody else than who runs it.',
);
