import { cellStartsRun, cellStateShared, sourceInvalid } from '../errors.ts';
import type { CellSource } from '../read-cells.ts';
import type { NameIndex } from '../resolve-name.ts';
import { startsRun } from '../starts-run.ts';
import type { Statement } from '../statement.ts';
import type { Closure } from './close-over.ts';

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

/** What the handler itself or a run made of a variable cannot be made again while the function is loaded. */
function refuseSharedState({ path, cells, closure }: Checked): void {
  for (const { cell, change, because } of closure.passedOver) {
    const source = cells[cell];
    const owner = cells[change.owner];
    if (because === 'trial' || change.through !== undefined || !source || !owner) continue;
    throw sharedState(path, change.name, owner.number, source.number, lineOf(source, change.position));
  }
}

function sharedState(path: string, name: string, owner: number, changer: number, line: number): Error {
  return cellStateShared(
    `"${name}" of cell ${owner} in "${path}" is changed by cell ${changer}, line ${line}, with what a run of the handler gave; a packaged function cannot start with that`,
    {
      hint: `give "${name}" to the handler as a parameter, or keep cell ${changer} out with "// slipway: ignore"`,
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
