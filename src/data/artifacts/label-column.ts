import { nearestName } from '../../core/nearest-name.ts';
import { labelColumnNotFound } from '../errors.ts';
import type { Table } from '../table.ts';

/** Refuses a label column that the table does not have, naming the nearest one. */
export function checkLabelColumn(table: Table, labelColumn: string | undefined, what: string): void {
  if (labelColumn === undefined || table.has(labelColumn)) return;
  const names = table.columns.map((column) => column.name);
  const near = nearestName(labelColumn, names);
  throw labelColumnNotFound(`${what} has no column "${labelColumn}" to be its label`, {
    hint: near ? `did you mean "${near}"?` : `it has: ${names.map((name) => `"${name}"`).join(', ')}`,
    details: { labelColumn, columns: names },
  });
}
