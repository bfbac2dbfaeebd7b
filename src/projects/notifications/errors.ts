import { defineError, type ErrorFactory } from '../../core/error.ts';

export const invalidNotification: ErrorFactory = defineError(
  'INVALID_NOTIFICATION',
  'usage',
  'A notification that a run is started with is not of the form that its kind takes.',
);
export const notificationNotFound: ErrorFactory = defineError(
  'NOTIFICATION_NOT_FOUND',
  'not-found',
  'The project has no notification of this name.',
);
export const notificationRefused: ErrorFactory = defineError(
  'NOTIFICATION_REFUSED',
  'failed',
  'The receiver of a notification does not take it; trying again would not help.',
);
export const notificationUndelivered: ErrorFactory = defineError(
  'NOTIFICATION_UNDELIVERED',
  'unavailable',
  'The receiver of a notification does not answer, or has no time now; it is tried again.',
);
