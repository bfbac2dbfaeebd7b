import { inspect } from 'node:util';
import { type RichOutput, showInDeno } from './core/rich-output.ts';

interface InspectOptions {
  readonly depth?: number | null;
}

export interface ShowAsOptions {
  /** The short form. @default the first line of the long one */
  readonly line?: () => string;
  /** The rich form for notebooks. */
  readonly output?: () => RichOutput | Promise<RichOutput>;
  /** Whether the cell that runs now shows the rich form already, so that the text will do. */
  readonly isShown?: () => boolean;
}

const outputKey = Symbol.for('slipway.output');

/**
 * Makes an object show itself as text in consoles and notebooks: whole where it stands alone, in a line where it stands inside
 * something else, such as a list. With `output` it has a rich form too, for `show(…)` and for Deno's kernel.
 */
export function showAs<T extends object>(
  target: T,
  render: () => string,
  { line = () => render().split('\n')[0] ?? '', output, isShown }: ShowAsOptions = {},
): T {
  if (output !== undefined) withOutput(target, output);
  showInDeno(target, render, isShown);
  return Object.defineProperty(target, inspect.custom, {
    configurable: true,
    value: (depth: number, { depth: whole = 2 }: InspectOptions): string => {
      const isNested = typeof whole === 'number' && depth < whole;
      return isNested ? line() : render();
    },
  });
}

/** Gives a value a rich form and leaves its text as it is. */
export function withOutput<T extends object>(target: T, output: NonNullable<ShowAsOptions['output']>): T {
  showInDeno(target, (self) => inspect(self));
  return Object.defineProperty(target, outputKey, { configurable: true, value: output });
}

/** The rich form that a value was given. */
export function ownOutput(value: object): RichOutput | Promise<RichOutput> | undefined {
  return (value as { [outputKey]?: () => RichOutput | Promise<RichOutput> })[outputKey]?.();
}
