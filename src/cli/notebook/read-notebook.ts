import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileNotFound } from '../../core/errors.ts';
import { type NotebookFile, parseNotebookFile } from '../../notebooks/headless/notebook-file.ts';

export interface ReadNotebook {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
  readonly notebook: NotebookFile;
}

/** Reads a notebook that a command was given. Throws FILE_NOT_FOUND, NOTEBOOK_INVALID. */
export function readNotebook(given: string, directory: string): ReadNotebook {
  const file = path.resolve(directory, given);
  if (!existsSync(file))
    throw fileNotFound(`notebook "${given}" does not exist`, { hint: `looked in "${path.dirname(file)}"` });
  const text = readFileSync(file, 'utf8');
  return { file, text, notebook: parseNotebookFile(text, given) };
}
