import { createTable, type Table, type Value } from 'slipway';
import { irisCsv } from './iris-csv.ts';
import { penguinsCsv } from './penguins-csv.ts';

export type BuiltInName = 'iris' | 'penguins';

const texts: Readonly<Record<BuiltInName, string>> = { iris: irisCsv, penguins: penguinsCsv };

export const builtInNames: readonly string[] = Object.keys(texts);

/** One of the data sets that come with this function; both have the label column `species`. */
export function builtInTable(name: BuiltInName): Table {
  const [header = '', ...lines] = texts[name].trimEnd().split('\n');
  const columns = header.split(',');
  return createTable(
    lines.map((line) => {
      const fields = line.split(',');
      return Object.fromEntries(columns.map((column, i) => [column, parseField(fields[i] ?? '')]));
    }),
  );
}

/** Neither file quotes a field, and an empty one is a missing value. */
function parseField(text: string): Value {
  if (text === '') return null;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
