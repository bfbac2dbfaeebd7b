import { errorRecord } from '../../../core/error.ts';
import { extractHandlers } from '../../extract-handler.ts';
import { candidatesOf } from '../../find-handler.ts';
import { parseNotebook } from '../../parse-notebook.ts';
import { type NotebookFile, parseNotebookFile } from '../notebook-file.ts';
import { bindingProblems } from './binding-problems.ts';
import { type CheckedCell, checkedCells, type NotebookProblem, placeAt } from './checked-cell.ts';
import { type CheckedProgram, createCheckedProgram } from './checked-program.ts';
import { kernelProblems } from './kernel-problems.ts';
import { moduleProblems } from './module-problems.ts';
import { redeclarationProblems } from './redeclaration-problems.ts';
import { renameProblems } from './rename-problems.ts';
import { folderImports } from './syntax-problems.ts';
import { typeProblems } from './type-problems.ts';

/**
 * Everything that can be said about a notebook without running it, in the order of its cells.
 * @param shown path in messages
 * @param directory the notebook's folder
 * @throws NOTEBOOK_INVALID
 */
export function checkNotebook(text: string, shown: string, directory: string): readonly NotebookProblem[] {
  const notebook = parseNotebookFile(text, shown);
  const cells = checkedCells(notebook);
  const kernel = kernelOf(notebook);
  const checked = createCheckedProgram(cells, directory);
  const problems = [
    ...typeProblems(checked, kernel),
    ...bindingProblems(cells),
    ...redeclarationProblems(checked),
    ...handlerProblems(cells, text, shown),
    ...(kernel === 'tslab' ? tslabProblems(checked, directory) : []),
  ];
  return problems.sort((a, b) => a.cell - b.cell || a.line - b.line || a.column - b.column);
}

/** Notebooks without a kernel's name are tslab's, like those of its JavaScript. */
function kernelOf({ metadata }: NotebookFile): 'tslab' | 'deno' {
  const { kernelspec } = metadata as { kernelspec?: { name?: unknown } | null };
  return kernelspec?.name === 'deno' ? 'deno' : 'tslab';
}

function tslabProblems(checked: CheckedProgram, directory: string): readonly NotebookProblem[] {
  return [
    ...kernelProblems(checked.cells),
    ...renameProblems(checked),
    ...moduleProblems(checked.cells, directory),
    ...checked.cells.flatMap((cell) => folderImports(cell, directory)),
  ];
}

/** Every function that takes a Context is packaged for trial. */
function handlerProblems(
  cells: readonly CheckedCell[],
  text: string,
  shown: string,
): readonly NotebookProblem[] {
  const notebook = parseNotebook(text, shown);
  const packaged = new Set(notebook.cells.filter((cell) => !cell.excluded).map((cell) => cell.number));
  const handlers = new Map<string, { readonly cell: CheckedCell; readonly start: number }>();
  for (const cell of cells.filter((each) => each.moduleName === undefined && packaged.has(each.number)))
    for (const statement of cell.analysed.statements)
      for (const candidate of candidatesOf(statement, ''))
        if (candidate.takesContext) handlers.set(candidate.name, { cell, start: statement.start });
  return [...handlers].flatMap(([name, { cell, start }]): NotebookProblem[] => {
    const place = placeAt(cell, start);
    const problem = (severity: NotebookProblem['severity'], message: string): NotebookProblem => ({
      severity,
      rule: 'handler',
      message: `handler "${name}": ${message}`,
      ...place,
    });
    try {
      const { warnings } = extractHandlers(notebook, { handlers: [name] });
      return warnings.map((warning) => problem('warning', warning));
    } catch (error) {
      const { message, hint } = errorRecord(error);
      return [problem('error', hint === undefined ? message : `${message} (${hint})`)];
    }
  });
}
