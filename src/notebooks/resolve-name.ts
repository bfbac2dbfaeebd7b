import { type CellSource, isMarked } from './read-cells.ts';
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
  const everything = cells.map((cell) => declarationTable(cell, () => true));
  const isMarkedUp = cells.some((cell) => cell.marked !== undefined);
  const marked = isMarkedUp
    ? cells.map((cell) => declarationTable(cell, (each) => isMarked(cell, each)))
    : everything;
  const own: NameIndex['own'] = (cell, name) => ownIn(marked, cell, name) ?? ownIn(everything, cell, name);
  return {
    own,
    resolve: (from, use) => resolveIn(marked, from, use) ?? resolveIn(everything, from, use),
    declaring: (name) => everything.flatMap((table, cell) => (table.has(name) ? [cell] : [])),
  };
}

type DeclarationTable = ReadonlyMap<string, readonly Statement[]>;

function ownIn(tables: readonly DeclarationTable[], cell: number, name: string): Definition | undefined {
  const statements = tables[cell]?.get(name);
  return statements && { cell, statements };
}

function resolveIn(
  tables: readonly DeclarationTable[],
  from: number,
  { name, eager }: Pick<Reference, 'name' | 'eager'>,
): Definition | undefined {
  const itself = ownIn(tables, from, name);
  if (itself) return itself;
  const all = tables.flatMap((table, cell) => (table.has(name) ? [cell] : []));
  const before = eager ? all.filter((cell) => cell < from) : [];
  const chosen = before.at(-1) ?? all.at(-1);
  return chosen === undefined ? undefined : ownIn(tables, chosen, name);
}

function declarationTable(cell: CellSource, counts: (statement: Statement) => boolean): DeclarationTable {
  const table = new Map<string, Statement[]>();
  if (cell.excluded !== undefined || cell.moduleName !== undefined) return table;
  for (const statement of cell.analysed.statements.filter(counts))
    for (const name of statement.declares) table.set(name, [...(table.get(name) ?? []), statement]);
  return table;
}
