import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';

/** Names that only a later cell defines when the cells run from top to bottom, and imports that no cell uses. */
export function bindingProblems(cells: readonly CheckedCell[]): readonly NotebookProblem[] {
  return [
    ...cells.flatMap((cell, position) => orderProblems(cells, cell, position)),
    ...unusedImports(cells),
  ];
}

/** Each name once a cell: the first use is where it fails. */
function orderProblems(
  cells: readonly CheckedCell[],
  cell: CheckedCell,
  position: number,
): readonly NotebookProblem[] {
  const uses = new Map<string, number>();
  for (const { name, position: at } of cell.analysed.statements.flatMap((statement) => statement.references))
    uses.set(name, Math.min(at, uses.get(name) ?? at));
  const types = [...cell.identifiers].filter(([name]) => cells.some((each) => each.types.has(name)));
  for (const [name, at] of types) if (!uses.has(name)) uses.set(name, at);
  return [...uses].flatMap(([name, at]): NotebookProblem[] => {
    const known = cells.slice(0, position + 1).some((each) => declares(each, name));
    const later = known ? undefined : cells.slice(position + 1).find((each) => declares(each, name));
    if (!later) return [];
    return [
      {
        severity: 'error',
        rule: 'order',
        message: `"${name}" is used before any cell defines it; cell ${later.number} does`,
        ...placeAt(cell, at),
      },
    ];
  });
}

const declares = (cell: CheckedCell, name: string): boolean =>
  cell.moduleName === undefined &&
  (cell.types.has(name) || cell.analysed.statements.some((statement) => statement.declares.includes(name)));

/** A kernel's cells share their imports: one counts as used wherever that is. */
function unusedImports(cells: readonly CheckedCell[]): readonly NotebookProblem[] {
  return cells.flatMap((cell) =>
    cell.analysed.statements.flatMap((statement) =>
      statement.imports
        .filter(({ local }) => !cells.some((each) => each.identifiers.has(local)))
        .map(
          ({ local, specifier }): NotebookProblem => ({
            severity: 'warning',
            rule: 'unused-import',
            message: `"${local}" of "${specifier}" is imported and never used`,
            ...placeAt(cell, statement.start),
          }),
        ),
    ),
  );
}
