import type { Table, Value } from 'slipway';

export interface Group {
  /** The group's value of each key column. */
  readonly key: readonly Value[];
  /** Row numbers, in the order asked for. */
  readonly rows: readonly number[];
}

/** Rows that agree in all key columns, groups in order of their first row; a missing value is a value of its own. Without keys: one group. */
export function groupTable(table: Table, keys: readonly string[], orderBy: string | undefined): Group[] {
  const columns = keys.map((key) => table.column(key));
  const groups = new Map<string, { key: Value[]; rows: number[] }>();
  for (let row = 0; row < table.rowCount; row++) {
    const key = columns.map((values) => values[row] ?? null);
    const id = JSON.stringify(key.map((value) => [typeof value, String(value)]));
    const group = groups.get(id);
    if (group) group.rows.push(row);
    else groups.set(id, { key, rows: [row] });
  }
  if (orderBy === undefined) return [...groups.values()];
  const order = table.column(orderBy);
  return [...groups.values()].map(({ key, rows }) => ({
    key,
    rows: rows.sort((a, b) => compare(order[a] ?? null, order[b] ?? null) || a - b),
  }));
}

/** Missing values come last. */
function compare(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const [left, right] = [a instanceof Date ? a.getTime() : a, b instanceof Date ? b.getTime() : b];
  return left < right ? -1 : left > right ? 1 : 0;
}
