import type { NotebookProblem } from '../notebooks/headless/check/checked-cell.ts';
import { parseNotebook } from '../notebooks/parse-notebook.ts';
import { findReferenceMisuses } from '../pipelines/source/check-source.ts';

/**
 * References of pipelines that a notebook's cells use as if they had a value: in conditions, texts, after `await`. The cells are read
 * as one file, because a pipeline may use what other cells declare.
 * @param shown path in messages
 * @throws NOTEBOOK_INVALID
 */
export function checkPipelineCells(text: string, shown: string): readonly NotebookProblem[] {
  const cells = parseNotebook(text, shown).cells.filter((cell) => cell.excluded === undefined);
  const starts: { readonly number: number; readonly line: number }[] = [];
  let line = 1;
  for (const { number, source } of cells) {
    starts.push({ number, line });
    line += source.split('\n').length;
  }
  const joined = cells.map(({ source }) => source).join('\n');
  return findReferenceMisuses(joined, `${shown}.ts`).flatMap((misuse): NotebookProblem[] => {
    const cell = starts.findLast((each) => each.line <= misuse.line);
    if (!cell) return [];
    const message = `"${misuse.expression}" is used ${misuse.use}, but is the output of a step and known only when the pipeline runs; use p.when(…), a step, or pass it on as an argument`;
    const place = { cell: cell.number, line: misuse.line - cell.line + 1, column: misuse.column };
    return [{ severity: 'error', rule: 'reference', message, ...place }];
  });
}
