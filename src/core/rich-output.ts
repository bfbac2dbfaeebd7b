import { globalState } from './global-state.ts';

/** One output for notebooks in several forms, by media type, with hints for front ends. */
export interface RichOutput {
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Makes the rich form of a value; undefined for a value that has none. */
export type MakeOutput = (value: object) => Promise<RichOutput | undefined>;

const maker = (): { make?: MakeOutput } => globalState('rich-output', () => ({}));

/** Told by the public entry: the rooms that make values know nothing of how they look. */
export function setOutputMaker(make: MakeOutput): void {
  maker().make = make;
}

/** The rich form of a value, else its text alone. */
export async function richOutput(value: object, text: () => string): Promise<RichOutput> {
  return (await maker().make?.(value)) ?? { bundle: { 'text/plain': text() } };
}

/**
 * Makes a value (or all that inherit from it) show itself in its rich form as a last expression in Deno's kernel; while
 * `isBrief` says so, by its text alone.
 */
export function showInDeno<T extends object>(
  target: T,
  render: (self: T) => string,
  isBrief: () => boolean = () => false,
): void {
  Object.defineProperty(target, Symbol.for('Jupyter.display'), {
    configurable: true,
    async value(this: T): Promise<RichOutput['bundle']> {
      if (isBrief()) return { 'text/plain': render(this) };
      return (await richOutput(this, () => render(this))).bundle;
    },
  });
}
