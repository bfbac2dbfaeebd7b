import type { CellSource } from './read-cells.ts';
import type { Reference, Statement } from './statement.ts';

/** Where a name comes from: a cell (by position in the list) and the statements that declare it there. */
export interface Definition {
  readonly cell: number;
  readonly statements: readonly Statement[];
}

/** All value names of a notebook's cells. */
export interface NameIndex {
  /** In the cell itself. */
  own(cell: number, name: string): Definition | undefined;
  /** As a reference from that cell reads it (see `createNameIndex`). */
  resolve(cell: number, reference: Pick<Reference, 'name' | 'eager'>): Definition | undefined;
  /** Cells that declare the name, in order. */
  declaring(name: string): readonly number[];
}

/**
 * Binds names as the kernel has them after "run all": a cell's own declaration first; else what runs later (in a
 * function) sees the last declaration of the notebook, and what runs at once the last one before its cell.
 * Code between markers comes before code outside of them.
 */
export function createNameIndex(cells: readonly CellSource[]): NameIndex {
  const tables = cells.map((cell) => declarationTable(cell));
  const declaring = (name: string): number[] =>
    tables.flatMap((table, cell) => (table.has(name) ? [cell] : []));
  const own = (cell: number, name: string): Definition | undefined => {
    const statements = tables[cell]?.get(name);
    return statements && { cell, statements };
  };
  const resolve: NameIndex['resolve'] = (from, { name, eager }) => {
    const itself = own(from, name);
    if (itself) return itself;
    const all = declaring(name);
    const marked = all.filter((cell) => cells[cell]?.marked?.length !== 0);
    const candidates = marked.length > 0 ? marked : all;
    const before = eager ? candidates.filter((cell) => cell < from) : [];
    const chosen = before.at(-1) ?? candidates.at(-1);
    return chosen === undefined ? undefined : own(chosen, name);
  };
  return { own, resolve, declaring };
}

function declarationTable(cell: CellSource): Map<string, Statement[]> {
  const table = new Map<string, Statement[]>();
  if (cell.excluded !== undefined || cell.moduleName !== undefined) return table;
  for (const statement of cell.analysed.statements)
    for (const name of statement.declares) table.set(name, [...(table.get(name) ?? []), statement]);
  return table;
}
