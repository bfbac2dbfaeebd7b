import type { SlipwayError } from '../../../core/error.ts';

/** How one try went. */
export type SendResult =
  | { readonly sent: true }
  | {
      readonly sent: false;
      /** Secrets are masked in it already. */
      readonly error: SlipwayError;
      /** Whether another try may do better. */
      readonly retry: boolean;
      /** Milliseconds that the receiver asks to be left alone for. */
      readonly retryAfterMs?: number;
    };

/** What is to be sent, whatever the kind. */
export interface SendRequest {
  readonly title: string;
  readonly text: string;
  /** The same for every try of one delivery, so that a receiver can tell a repetition. */
  readonly key: string;
}
