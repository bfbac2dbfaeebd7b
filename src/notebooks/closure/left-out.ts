import type { CellSource } from '../read-cells.ts';
import type { Statement } from '../statement.ts';

/** Something of a notebook that was not packaged. */
export interface DroppedStatement {
  readonly cell: number;
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

type Needed = ReadonlyMap<number, ReadonlySet<Statement>>;

/** The cells that went in, `@module` cells that they import among them. */
export function includedCells(
  cells: readonly CellSource[],
  needed: Needed,
): { readonly cell: number; readonly statements: number }[] {
  const modules = usedModules(
    cells,
    [...needed.values()].flatMap((statements) => [...statements]),
  );
  return [
    ...[...needed].map(([position, { size }]) => ({ cell: cells[position]?.number ?? 0, statements: size })),
    ...modules.map(({ number, analysed }) => ({ cell: number, statements: analysed.statements.length })),
  ].sort((a, b) => a.cell - b.cell);
}

function usedModules(
  cells: readonly CellSource[],
  statements: readonly Statement[],
  known: ReadonlySet<CellSource> = new Set(),
): CellSource[] {
  const names = new Set(
    statements
      .flatMap((statement) => statement.imports)
      .filter(({ typeOnly }) => !typeOnly)
      .map(({ specifier }) => /^\.\/(.+?)(?:\.[jt]s)?$/.exec(specifier)?.[1]),
  );
  const found = cells.filter(
    (cell) => cell.moduleName !== undefined && names.has(cell.moduleName) && !known.has(cell),
  );
  if (found.length === 0) return [];
  const further = found.flatMap((cell) => cell.analysed.statements);
  return [...found, ...usedModules(cells, further, new Set([...known, ...found]))];
}

/** What stayed behind and why: single statements of cells that are needed, else whole cells. */
export function leftOut(cells: readonly CellSource[], needed: Needed): DroppedStatement[] {
  return cells.flatMap((cell, position) => {
    if (cell.excluded !== undefined) return wholeCell(cell, cell.excluded);
    if (cell.moduleName !== undefined) return [];
    const taken = needed.get(position);
    const dropped = droppedStatements(cell, taken);
    // a cell of types alone may well be what the contract was read from
    const hasValues = cell.analysed.statements.some((statement) => statement.declares.length > 0);
    const isUnused = taken === undefined && dropped.length === 0 && hasValues;
    return isUnused ? wholeCell(cell, 'the handler needs nothing of it') : dropped;
  });
}

function wholeCell({ number, original }: CellSource, reason: string): DroppedStatement[] {
  const lines = original.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return [];
  const rest = lines.slice(first).join('\n').trim();
  return [{ cell: number, line: first + 1, text: firstLine(rest), reason }];
}

function droppedStatements(
  { analysed, number }: CellSource,
  taken: ReadonlySet<Statement> | undefined,
): DroppedStatement[] {
  return analysed.statements
    .filter((statement) => !taken?.has(statement))
    .filter((each) => each.kind === 'effect' || (each.kind === 'import' && each.imports.length === 0))
    .map((statement) => ({
      cell: number,
      line: statement.line,
      text: firstLine(analysed.text.slice(statement.start, statement.end)),
      reason:
        statement.kind === 'import'
          ? 'import for its side effects only'
          : 'runs at top level; not needed by the handler',
    }));
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > 80 || line.length < text.length ? `${line.slice(0, 79)}…` : line;
}
