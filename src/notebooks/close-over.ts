import { type CellSource, isForced } from './read-cells.ts';
import type { Definition, NameIndex } from './resolve-name.ts';
import type { Reference, Statement } from './statement.ts';

/** A name that one cell takes from another. Cells are positions in the list. */
export interface Link {
  readonly from: number;
  readonly name: string;
  readonly to: number;
  readonly reference: Reference;
  readonly statement: Statement;
}

/** What a handler needs: statements by cell, and the names that cross cells. */
export interface Closure {
  readonly needed: ReadonlyMap<number, ReadonlySet<Statement>>;
  readonly links: readonly Link[];
  /** Free names that no cell declares. */
  readonly unresolved: readonly Omit<Link, 'to'>[];
}

/** Everything that can be reached from the seeds and from what tags and markers force in. */
export function closeOver(
  cells: readonly CellSource[],
  index: NameIndex,
  seeds: readonly Definition[],
): Closure {
  const needed = new Map<number, Set<Statement>>();
  const links: Link[] = [];
  const unresolved: Omit<Link, 'to'>[] = [];
  const queue: { cell: number; statement: Statement }[] = [];

  const need = (cell: number, statements: readonly Statement[]): void => {
    const known = needed.get(cell) ?? new Set();
    needed.set(cell, known);
    for (const statement of statements) {
      if (known.has(statement)) continue;
      known.add(statement);
      queue.push({ cell, statement });
    }
  };
  const follow = (from: number, statement: Statement, reference: Reference): void => {
    const definition = index.resolve(from, reference);
    const link = { from, name: reference.name, reference, statement };
    if (definition === undefined) unresolved.push(link);
    else need(definition.cell, definition.statements);
    if (definition !== undefined && definition.cell !== from) links.push({ ...link, to: definition.cell });
  };

  for (const seed of seeds) need(seed.cell, seed.statements);
  for (const [position, statements] of forcedStatements(cells)) need(position, statements);
  do {
    for (let next = queue.pop(); next; next = queue.pop())
      for (const reference of next.statement.references) follow(next.cell, next.statement, reference);
    for (const [cell, statements] of needed) need(cell, changersOf(cells[cell], statements));
  } while (queue.length > 0);
  return { needed, links, unresolved };
}

function forcedStatements(cells: readonly CellSource[]): [number, Statement[]][] {
  return cells.flatMap((cell, position): [number, Statement[]][] => {
    if (cell.excluded !== undefined || cell.moduleName !== undefined) return [];
    const forced = cell.analysed.statements.filter((statement) => isForced(cell, statement));
    return forced.length > 0 ? [[position, forced]] : [];
  });
}

/** Statements of the same cell that finish building a needed value (`table.set(…)`, `model = …`): the value is wrong without them. */
function changersOf(cell: CellSource | undefined, needed: ReadonlySet<Statement>): Statement[] {
  const names = new Set([...needed].flatMap((statement) => statement.declares));
  return (cell?.analysed.statements ?? []).filter(
    (statement) =>
      statement.kind === 'effect' &&
      statement.references.some(
        (reference) => reference.eager && reference.access !== 'read' && names.has(reference.name),
      ),
  );
}
