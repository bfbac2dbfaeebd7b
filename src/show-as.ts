import { inspect } from 'node:util';

interface InspectOptions {
  readonly depth?: number | null;
}

/**
 * Makes an object show itself as text in consoles and notebooks: whole where it stands alone, its first line where it stands
 * inside something else, such as a list.
 */
export function showAs<T extends object>(target: T, render: () => string): T {
  return Object.defineProperty(target, inspect.custom, {
    configurable: true,
    value: (depth: number, { depth: whole = 2 }: InspectOptions): string => {
      const text = render();
      const isNested = typeof whole === 'number' && depth < whole;
      return isNested ? (text.split('\n')[0] ?? text) : text;
    },
  });
}
