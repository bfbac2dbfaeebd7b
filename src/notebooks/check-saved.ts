import { readFileSync } from 'node:fs';
import path from 'node:path';
import { notebookNotSaved } from './errors.ts';
import { declaredByCells, topLevelNames } from './executed-cells.ts';
import { parseNotebook } from './parse-notebook.ts';

/**
 * Refuses to go on when the kernel ran a cell that the notebook's file does not have: packaging reads the file, so what
 * would run is not what the user sees.
 * @param cell text of the cell that declares `handler`, as the kernel ran it
 * @throws NOTEBOOK_NOT_SAVED
 */
export function checkSaved(file: string, handler: string, cell: string): void {
  if (hasCell(readFileSync(file, 'utf8'), file, cell)) return;
  throw notebookNotSaved(
    `notebook "${shownPath(file)}" has no cell that defines "${handler}" as you ran it`,
    {
      hint: 'save the notebook, then run this cell again: functions are packaged from the file',
    },
  );
}

/**
 * Refuses to go on when a cell that was packaged declares something that the kernel ran in another text: a helper was edited and
 * not saved, or saved and not run.
 * @param included numbers of the cells that were packaged
 * @throws NOTEBOOK_NOT_SAVED naming cell and name
 */
export function checkCellsSaved(file: string, included: ReadonlySet<number>): void {
  const ran = declaredByCells();
  if (ran.size === 0) return;
  const { cells } = parseNotebook(readFileSync(file, 'utf8'), file);
  const saved = new Set(cells.map(({ source }) => normal(source)));
  for (const { number, source } of cells.filter((cell) => included.has(cell.number))) {
    const name = topLevelNames(source).find((each) => {
      const text = ran.get(each);
      return text !== undefined && !saved.has(normal(text));
    });
    if (name !== undefined)
      throw notebookNotSaved(
        `cell ${number} of notebook "${shownPath(file)}" defines "${name}" otherwise than you ran it`,
        {
          hint: `functions are packaged from the file: save the notebook, or run cell ${number} again where the file is right`,
        },
      );
  }
}

/** As the user sees it from the kernel's folder. */
const shownPath = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
};

/** Whether a notebook's text has this cell, white space at the ends of lines apart. */
export function hasCell(text: string, file: string, cell: string): boolean {
  const wanted = normal(cell);
  return parseNotebook(text, file).cells.some(({ source }) => normal(source) === wanted);
}

const normal = (source: string): string => source.replace(/[^\S\n]*\r?$/gm, '').trim();
