import { showInDeno } from '../core/rich-output.ts';

/** Makes an object (or all that inherit from it) show itself by this text in consoles and notebooks. */
export function printAs<T extends object>(target: T, render: (self: T) => string): void {
  Object.defineProperty(target, Symbol.for('nodejs.util.inspect.custom'), {
    configurable: true,
    value(this: T): string {
      return render(this);
    },
  });
  showInDeno(target, render);
}
