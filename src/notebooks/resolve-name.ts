import { type CellSource, isMarked } from './read-cells.ts';
import type { Reference, Statement } from './statement.ts';

/** Where a name comes from: a cell (by position in the list) and the statements that declare it there. */
export interface Definition {
  readonly cell: number;
  readonly statements: readonly Statement[];
}

/** When a piece of code runs: while the cell at this position runs, or, `Infinity`, after all cells have. */
export type Time = number;

/** All value names of a notebook's cells. */
export interface NameIndex {
  /** In the cell itself. */
  own(cell: number, name: string): Definition | undefined;
  /**
   * As a reference from that cell reads it (see `createNameIndex`).
   * @param time when code that runs later does run. @default after all cells
   */
  resolve(cell: number, reference: Pick<Reference, 'name' | 'eager'>, time?: Time): Definition | undefined;
  /** Cells that declare the name, in order. */
  declaring(name: string): readonly number[];
  /** Cells that declare again what an earlier cell declared, in order: between them, all names mean the same. */
  readonly turns: readonly number[];
}

/**
 * Binds names as the kernel has them after "run all": a cell's own declaration first; else what runs later (in a
 * function) sees the last declaration of the notebook, and what runs at once the last one before its cell.
 * Code between markers comes before code outside of them.
 */
export function createNameIndex(cells: readonly CellSource[]): NameIndex {
  const everything = createTable(cells, () => true);
  const marked = cells.some((cell) => cell.marked !== undefined) ? createTable(cells, isMarked) : everything;
  const own: NameIndex['own'] = (cell, name) => ownIn(marked, cell, name) ?? ownIn(everything, cell, name);
  return {
    own,
    resolve(from, use, time = Number.POSITIVE_INFINITY) {
      const at = use.eager ? from : time;
      return resolveIn(marked, from, use.name, at) ?? resolveIn(everything, from, use.name, at);
    },
    declaring: (name) => [...(everything.get(name)?.keys() ?? [])],
    turns: [...new Set([...everything.values()].flatMap((byCell) => [...byCell.keys()].slice(1)))].sort(
      (a, b) => a - b,
    ),
  };
}

/** Name to declaring cells, in order, to their statements. */
type DeclarationTable = ReadonlyMap<string, ReadonlyMap<number, readonly Statement[]>>;

function ownIn(table: DeclarationTable, cell: number, name: string): Definition | undefined {
  const statements = table.get(name)?.get(cell);
  return statements && { cell, statements };
}

function resolveIn(table: DeclarationTable, from: number, name: string, time: Time): Definition | undefined {
  const itself = ownIn(table, from, name);
  if (itself) return itself;
  const all = [...(table.get(name)?.keys() ?? [])];
  const chosen = all.findLast((cell) => cell <= time) ?? all.at(-1);
  return chosen === undefined ? undefined : ownIn(table, chosen, name);
}

function createTable(
  cells: readonly CellSource[],
  counts: (cell: CellSource, statement: Statement) => boolean,
): DeclarationTable {
  const table = new Map<string, Map<number, Statement[]>>();
  for (const [position, cell] of cells.entries()) {
    if (cell.excluded !== undefined || cell.moduleName !== undefined) continue;
    for (const statement of cell.analysed.statements.filter((each) => counts(cell, each)))
      for (const name of statement.declares) {
        const byCell = table.get(name) ?? new Map<number, Statement[]>();
        table.set(name, byCell.set(position, [...(byCell.get(position) ?? []), statement]));
      }
  }
  return table;
}
