import path from 'node:path';
import { checkNotebook } from '../../notebooks/headless/check/check-notebook.ts';
import type { NotebookProblem } from '../../notebooks/headless/check/checked-cell.ts';
import { checkPipelineCells } from '../../projects/check-pipeline-cells.ts';
import type { Execute } from '../command.ts';
import { readNotebook } from '../notebook/read-notebook.ts';
import { present } from '../output/present.ts';
import type { Colors } from '../session.ts';

/** `slipway notebook check <notebooks…>`. */
export const notebookCheck: Execute<'output' | 'json'> = async ({ args, options, session }) => {
  const checked = args.map((given) => {
    const { file, text } = readNotebook(given, session.directory);
    const problems = [...checkNotebook(text, given, path.dirname(file)), ...checkPipelineCells(text, given)];
    return { file: given, problems: problems.sort(byPlace) };
  });
  const all = checked.flatMap(({ file, problems }) => problems.map((problem) => ({ file, problem })));
  const errors = all.filter(({ problem }) => problem.severity === 'error').length;
  await present(session, options, {
    data: () => ({ ok: errors === 0, notebooks: checked }),
    text: () =>
      [
        ...all.map(({ file, problem }) => renderProblem(file, problem, session.out.colors)),
        `${count(errors, 'error')}, ${count(all.length - errors, 'warning')}\n`,
      ].join(''),
    names: () => checked.filter(({ problems }) => problems.length > 0).map(({ file }) => file),
  });
  return errors === 0 ? 0 : 1;
};

const byPlace = (a: NotebookProblem, b: NotebookProblem): number =>
  a.cell - b.cell || a.line - b.line || a.column - b.column;

function renderProblem(file: string, problem: NotebookProblem, colors: Colors): string {
  const { severity, rule, message, cell, line, column } = problem;
  const mark = severity === 'error' ? colors.red(severity) : colors.yellow(severity);
  const place = `${file}, cell ${cell}, line ${line}, column ${column}`;
  return `${place}: ${mark} ${message.replaceAll('\n', '\n  ')} ${colors.dim(`[${rule}]`)}\n`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
