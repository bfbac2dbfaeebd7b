import { readFileSync } from 'node:fs';
import { notebookNotSaved } from './errors.ts';
import { parseNotebook } from './parse-notebook.ts';

/**
 * Refuses to go on when the kernel ran a cell that the notebook's file does not have: packaging reads the file, so what
 * would run is not what the user sees.
 * @param cell text of the cell that declares `handler`, as the kernel ran it
 * @throws NOTEBOOK_NOT_SAVED
 */
export function checkSaved(file: string, handler: string, cell: string): void {
  if (hasCell(readFileSync(file, 'utf8'), file, cell)) return;
  throw notebookNotSaved(`notebook "${file}" has no cell that defines "${handler}" as you ran it`, {
    hint: 'save the notebook, then run this cell again: functions are packaged from the file',
  });
}

/** Whether a notebook's text has this cell, white space at the ends of lines apart. */
export function hasCell(text: string, file: string, cell: string): boolean {
  const wanted = normal(cell);
  return parseNotebook(text, file).cells.some(({ source }) => normal(source) === wanted);
}

const normal = (source: string): string => source.replace(/[^\S\n]*\r?$/gm, '').trim();
