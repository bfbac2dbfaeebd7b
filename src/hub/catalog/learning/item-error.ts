interface ItemErrorOptions {
  /** What the reader can do about it. */
  readonly hint: string;
}

/** Makes one kind of expected error: shown with its code and hint, without a stack. */
export type ItemErrorFactory = (message: string, options: ItemErrorOptions) => Error;

const brand = Symbol.for('slipway.error');

/** Declares an error code of a hub item. The brand tells Slipway, which runs the item from another bundle, that the error was foreseen. */
export function defineError(code: string, kind: 'failed', _summary: string): ItemErrorFactory {
  return (message, { hint }) => {
    const error = new Error(message);
    return Object.defineProperty(Object.assign(error, { code, kind, hint }), brand, { value: true });
  };
}
