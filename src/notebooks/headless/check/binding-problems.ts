import { createNameIndex } from '../../resolve-name.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';

/**
 * What the kernel trips over when the cells run from top to bottom: names that only a later cell defines, `{ name }` with a name of an
 * earlier cell, `export`, names with two underscores; besides, imports that no cell uses.
 */
export function bindingProblems(cells: readonly CheckedCell[]): readonly NotebookProblem[] {
  return [
    ...cells.flatMap((cell, position) => orderProblems(cells, cell, position)),
    ...shorthandProblems(cells),
    ...cells.flatMap((cell) => refusedStatements(cell)),
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

/** tslab rewrites names of earlier cells, but not in a shorthand property. */
function shorthandProblems(cells: readonly CheckedCell[]): readonly NotebookProblem[] {
  const index = createNameIndex(cells);
  return cells.flatMap((cell, position) =>
    cell.analysed.statements
      .flatMap((statement) => statement.references)
      .filter((reference) => reference.shorthand)
      .filter(({ name }) => !index.own(position, name) && index.declaring(name).some((at) => at < position))
      .map(
        ({ name, position: at }): NotebookProblem => ({
          severity: 'error',
          rule: 'kernel',
          message: `{ ${name} } with a name of another cell fails in tslab ("${name} is not defined"); write { ${name}: ${name} }`,
          ...placeAt(cell, at),
        }),
      ),
  );
}

function refusedStatements(cell: CheckedCell): readonly NotebookProblem[] {
  if (cell.moduleName !== undefined) return [];
  return cell.analysed.statements.flatMap((statement): NotebookProblem[] => {
    const place = placeAt(cell, statement.start);
    const problem = (message: string): NotebookProblem => ({
      severity: 'error',
      rule: 'kernel',
      message,
      ...place,
    });
    const dunder = statement.declares.filter((name) => name.startsWith('__'));
    return [
      ...(statement.exports.length > 0 ? [problem('tslab refuses "export" in a cell; leave it out')] : []),
      ...dunder.map((name) => problem(`tslab refuses the name "${name}": it begins with two underscores`)),
    ];
  });
}

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
