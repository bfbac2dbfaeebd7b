import { type ErrorKind, SlipwayError } from 'slipway';

interface ItemErrorOptions {
  /** What the reader can do about it. */
  readonly hint: string;
}

/** Makes one kind of expected error: shown with its code and hint, without a stack. */
export type ItemErrorFactory = (message: string, options: ItemErrorOptions) => Error;

/** Declares an error code of a hub function. */
export function defineError(code: string, kind: ErrorKind, _summary: string): ItemErrorFactory {
  return (message, options) => {
    const error = new SlipwayError(code, kind, message, options);
    // the reader's data or settings are at fault: a place in this function's source would only mislead
    error.stack = `${error.name}: ${message}`;
    return error;
  };
}
