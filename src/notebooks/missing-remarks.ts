import { analyseSource } from './analyse-source.ts';
import { notebookLanguageUnsupported } from './errors.ts';
import { candidatesOf } from './find-handler.ts';
import type { Notebook } from './notebook.ts';
import type { CellSource } from './read-cells.ts';

/** Why a handler may be missing that the user sees in the notebook. */
export function remarks(cells: readonly CellSource[], name: string | undefined): string[] {
  return [
    ...(name === undefined ? ['name one with the handler option'] : []),
    ...cells.flatMap((cell) => hiddenHandlers(cell, name)),
    ...cells.flatMap(({ number, analysed }) =>
      analysed.problem ? [`cell ${number} does not parse (${analysed.problem.message})`] : [],
    ),
  ];
}

function hiddenHandlers(
  { number, original, excluded, moduleName }: CellSource,
  name: string | undefined,
): string[] {
  const reason = excluded ?? (moduleName === undefined ? undefined : `it is the module "./${moduleName}"`);
  if (reason === undefined || reason.startsWith('language')) return [];
  const { statements } = analyseSource(`cell-${number}.ts`, original);
  return statements
    .flatMap((statement) => candidatesOf(statement, ''))
    .filter((candidate) => (name === undefined ? candidate.takesContext : candidate.name === name))
    .map((candidate) => `cell ${number} defines "${candidate.name}", but ${reason}`);
}

/** NOTEBOOK_LANGUAGE_UNSUPPORTED when no cell is in a language that can be packaged. */
export function otherLanguage({ cells, kernel, language }: Notebook, path: string): Error | undefined {
  const isOther = cells.length > 0 && cells.every((cell) => cell.excluded?.startsWith('language'));
  if (!isOther) return undefined;
  const named = kernel === undefined ? '' : ` (kernel "${kernel}")`;
  return notebookLanguageUnsupported(
    `notebook "${path}" is written in ${language}${named}, so no function of it can be packaged`,
    {
      hint: 'functions are packaged from TypeScript and JavaScript cells: choose the tslab or the Deno kernel',
      location: { notebook: path },
      details: { language, ...(kernel === undefined ? {} : { kernel }) },
    },
  );
}
