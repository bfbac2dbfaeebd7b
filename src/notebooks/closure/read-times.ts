import type { Time } from '../resolve-name.ts';

/** Until when declared names are used. */
export interface ReadTimes {
  /** The name itself is read. */
  readonly name: ReadonlyMap<string, Time>;
  /** Its value is in use, under this name or through others. */
  readonly value: ReadonlyMap<string, Time>;
}

/** Key of a declared name in `ReadTimes`. */
export const readKey = (cell: number, name: string): string => `${cell} ${name}`;
