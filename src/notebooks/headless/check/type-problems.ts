import type ts from 'typescript-ast';
import { typescript } from '../../typescript.ts';
import { type CheckedCell, type NotebookProblem, placeAt } from './checked-cell.ts';
import { type CheckedProgram, declaredNames } from './checked-program.ts';

/** "Cannot assign to 'x' because it is an import": cells share their variables, modules do not. */
const assignsImport = 2632;
/** "Cannot find name": where another cell declares it too late, the order of cells is what is reported. */
const unknownNames: ReadonlySet<number> = new Set([2304, 2552]);
/** "Cannot find module". */
const unknownModule = 2307;

/** What the type checker says, strictly. */
export function typeProblems(
  { program, cells, sourceOf }: CheckedProgram,
  kernel: 'tslab' | 'deno',
): readonly NotebookProblem[] {
  return cells.flatMap((cell) => {
    const source = sourceOf(cell);
    const diagnostics = source
      ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      : [];
    return diagnostics
      .filter((each) => kernel === 'tslab' || !isOfDeno(each))
      .flatMap((each) => describe(each, cell, cells));
  });
}

/** What Deno knows and Node's types do not: its global, and packages that it fetches itself. */
function isOfDeno({ code, messageText }: ts.Diagnostic): boolean {
  const message = typescript().flattenDiagnosticMessageText(messageText, ' ');
  const name = /'([^']+)'/.exec(message)?.[1] ?? '';
  return code === unknownModule
    ? /^(?:npm|jsr|https?):/.test(name)
    : unknownNames.has(code) && name === 'Deno';
}

function describe(
  diagnostic: ts.Diagnostic,
  cell: CheckedCell,
  cells: readonly CheckedCell[],
): readonly NotebookProblem[] {
  const { start, code, messageText, category } = diagnostic;
  const api = typescript();
  // what was put behind the cell's own text says nothing to its author
  if (start === undefined || start > cell.original.length || code === assignsImport) return [];
  const message = api.flattenDiagnosticMessageText(messageText, '\n').replace(/\.$/, '');
  const name = /'([^']+)'/.exec(message)?.[1] ?? '';
  const elsewhere = cells.some((each) => each !== cell && declaredNames(each).has(name));
  if (unknownNames.has(code) && elsewhere) return [];
  const severity = category === api.DiagnosticCategory.Error ? 'error' : 'warning';
  return [{ severity, rule: 'type', message: `${message} (TS${code})`, ...placeAt(cell, start) }];
}
