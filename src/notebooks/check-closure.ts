import type { Closure } from './close-over.ts';
import { cellStartsRun, cellStateShared, sourceInvalid } from './errors.ts';
import type { CellSource } from './read-cells.ts';
import type { NameIndex } from './resolve-name.ts';
import { startsRun } from './starts-run.ts';
import type { Statement } from './statement.ts';

interface Checked {
  readonly path: string;
  readonly cells: readonly CellSource[];
  readonly index: NameIndex;
  readonly closure: Closure;
}

/** Refuses what could not behave as it does in the kernel. */
export function checkClosure(checked: Checked): void {
  refuseBrokenCells(checked);
  refuseSharedState(checked);
  refuseRuns(checked);
}

function refuseBrokenCells({ path, cells, closure }: Checked): void {
  for (const position of closure.needed.keys()) {
    const cell = cells[position];
    const problem = cell?.analysed.problem;
    if (!cell || !problem) continue;
    const { line, column, message } = problem;
    throw sourceInvalid(
      `cell ${cell.number} of "${path}" does not parse: ${message}, at line ${line}, column ${column}`,
      {
        hint: 'correct the cell and save the notebook',
        location: {
          notebook: path,
          cell: cell.number,
          line,
          column,
          sourceLine: cell.original.split('\n')[line - 1] ?? '',
        },
      },
    );
  }
}

/** An assignment to another cell's variable works in the kernel only: there, all cells share one scope. */
function refuseSharedState({ path, cells, index, closure }: Checked): void {
  for (const [position, cell] of cells.entries()) {
    if (cell.excluded !== undefined || cell.moduleName !== undefined) continue;
    for (const statement of cell.analysed.statements)
      for (const reference of statement.references) {
        const kept = closure.needed.get(position)?.has(statement) ?? false;
        const matters = reference.access === 'assign' || (reference.access === 'change' && reference.eager);
        if (!matters || !(kept || reference.eager)) continue;
        const definition = index.resolve(position, reference);
        const owner = definition && definition.cell !== position ? cells[definition.cell] : undefined;
        const isNeeded = definition?.statements.some((each) =>
          closure.needed.get(definition.cell)?.has(each),
        );
        if (owner && isNeeded && definition?.statements.every((each) => each.kind !== 'import'))
          throw sharedState(
            path,
            reference.name,
            owner.number,
            cell.number,
            lineOf(cell, reference.position),
          );
      }
  }
}

function sharedState(path: string, name: string, owner: number, changer: number, line: number): Error {
  return cellStateShared(
    `"${name}" of cell ${owner} in "${path}" is changed by cell ${changer}, line ${line}; a packaged function cannot keep state between cells`,
    {
      hint: `change "${name}" in cell ${owner} itself, or give the value to the handler as a parameter`,
      location: { notebook: path, cell: changer, line },
      details: { name, cells: [owner, changer] },
    },
  );
}

function refuseRuns({ path, cells, index, closure }: Checked): void {
  for (const [position, statements] of closure.needed) {
    const cell = cells[position];
    for (const statement of statements) {
      const call = cell && startsRun(index, position, statement);
      if (call === undefined) continue;
      throw cellStartsRun(
        `${describe(statement)} in cell ${cell?.number}, line ${statement.line} of "${path}" calls "${call}"; packaging it would start packaging again when it is loaded`,
        {
          hint: 'a handler cannot use a packaged function; call the plain function instead, or make both steps of a pipeline',
          location: { notebook: path, cell: cell?.number ?? 0, line: statement.line },
        },
      );
    }
  }
}

function describe(statement: Statement): string {
  return statement.declares.length > 0 ? `"${statement.declares.join(', ')}"` : 'a statement';
}

function lineOf(cell: CellSource, position: number): number {
  return cell.analysed.file.getLineAndCharacterOfPosition(position).line + 1;
}
