import { createNameIndex, type NameIndex } from '../../resolve-name.ts';
import type { Statement } from '../../statement.ts';
import { awaitProblems } from './await-problems.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';
import { syntaxProblems } from './syntax-problems.ts';

/** What is good TypeScript and fails in tslab 1.0.22 all the same, or is not what it seems there. */
export function kernelProblems(cells: readonly CheckedCell[]): readonly NotebookProblem[] {
  const index = createNameIndex(cells);
  const plain = cells.filter((cell) => cell.moduleName === undefined);
  return [
    ...shorthandProblems(cells, index),
    ...hiddenVariables(cells, index),
    ...lostNamespaces(plain),
    ...plain.flatMap((cell) => cell.analysed.statements.flatMap((each) => refusedStatement(cell, each))),
    ...plain.flatMap((cell) => [...syntaxProblems(cell), ...awaitProblems(cell)]),
  ];
}

function problem(cell: CheckedCell, offset: number, message: string): NotebookProblem {
  return { severity: 'error', rule: 'kernel', message, ...placeAt(cell, offset) };
}

/** tslab rewrites names of earlier cells, but not in a shorthand property. */
function shorthandProblems(cells: readonly CheckedCell[], index: NameIndex): NotebookProblem[] {
  return cells.flatMap((cell, position) =>
    cell.analysed.statements
      .flatMap((statement) => statement.references)
      .filter((reference) => reference.shorthand && reference.access === 'read')
      .filter(({ name }) => !index.own(position, name) && index.declaring(name).some((at) => at < position))
      .map(({ name, position: at }) =>
        problem(
          cell,
          at,
          `{ ${name} } with a name of another cell fails in tslab ("${name} is not defined"); write { ${name}: ${name} }`,
        ),
      ),
  );
}

/** `if (x) { var y }`: the kernel shares only what stands at the top of a cell. */
function hiddenVariables(cells: readonly CheckedCell[], index: NameIndex): NotebookProblem[] {
  return cells.flatMap((cell, position) =>
    cell.analysed.statements
      .flatMap((statement) => statement.references)
      .flatMap((reference) => {
        const found = index.resolve(position, reference);
        const isHidden = found?.statements.every((each) => each.kind === 'effect') ?? false;
        if (!found || found.cell === position || !isHidden) return [];
        const { name } = reference;
        const message = `"${name}" is a variable inside a block of cell ${cells[found.cell]?.number}, which tslab shows to no other cell; declare it at the top of that cell`;
        return [problem(cell, reference.position, message)];
      }),
  );
}

/** The types of a namespace reach one cell further, no more. */
function lostNamespaces(cells: readonly CheckedCell[]): NotebookProblem[] {
  return cells.flatMap((cell, position) =>
    cell.namespaces.flatMap((name) =>
      cells.slice(position + 2).flatMap((user) => {
        const at = user.identifiers.get(name);
        const isOwn = user.namespaces.includes(name);
        if (at === undefined || isOwn) return [];
        const message = `namespace "${name}" of cell ${cell.number} is unknown in tslab two cells later; use an object or a module cell ("@module")`;
        return [problem(user, at, message)];
      }),
    ),
  );
}

function refusedStatement(cell: CheckedCell, statement: Statement): NotebookProblem[] {
  const dunder = statement.declares.filter((name) => name.startsWith('__'));
  const isExport = statement.exports.length > 0 || statement.kind === 'export';
  return [
    ...(isExport ? [problem(cell, statement.start, 'tslab refuses "export" in a cell; leave it out')] : []),
    ...dunder.map((name) =>
      problem(
        cell,
        statement.start,
        `tslab refuses the name "${name}": it begins with two underscores; give it another name`,
      ),
    ),
  ];
}
