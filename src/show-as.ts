import { inspect } from 'node:util';

interface InspectOptions {
  readonly depth?: number | null;
}

/**
 * Makes an object show itself as text in consoles and notebooks: whole where it stands alone, in a line where it stands inside
 * something else, such as a list.
 * @param line the short form; the first line of the long one unless given
 */
export function showAs<T extends object>(
  target: T,
  render: () => string,
  line: () => string = () => render().split('\n')[0] ?? '',
): T {
  return Object.defineProperty(target, inspect.custom, {
    configurable: true,
    value: (depth: number, { depth: whole = 2 }: InspectOptions): string => {
      const isNested = typeof whole === 'number' && depth < whole;
      return isNested ? line() : render();
    },
  });
}
