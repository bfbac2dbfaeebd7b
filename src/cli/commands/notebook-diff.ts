import { readFileSync } from 'node:fs';
import { diffNotebooks, renderNotebookDiff } from '../../notebooks/headless/diff-notebooks.ts';
import { type NotebookFile, parseNotebookFile } from '../../notebooks/headless/notebook-file.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { readNotebook } from '../notebook/read-notebook.ts';
import { present } from '../output/present.ts';

/** `slipway notebook diff <before> <after>`, or as git calls its external diff. */
export const notebookDiff: Execute<'output' | 'json'> = async ({ args, options, session }) => {
  const { before, after, oldFile, newFile } = comparedFiles(args);
  const changes = diffNotebooks(
    readSide(oldFile, before, session.directory),
    readSide(newFile, after, session.directory),
  );
  await present(session, options, {
    data: () => ({ before, after, changes }),
    text: () => renderNotebookDiff(changes, { before, after }),
    names: () => changes.map(({ id }) => id),
  });
  return undefined;
};

interface ComparedFiles {
  /** Names to show. */
  readonly before: string;
  readonly after: string;
  readonly oldFile: string;
  readonly newFile: string;
}

/** git passes: path, old file, its hash and mode, new file, its hash and mode; after a rename also the new path and a text. */
function comparedFiles(args: readonly string[]): ComparedFiles {
  const [path = '', second = '', , , newFile = '', , , renamed = path] = args;
  if (args.length === 2) return { before: path, after: second, oldFile: path, newFile: second };
  if (args.length >= 7) return { before: `a/${path}`, after: `b/${renamed}`, oldFile: second, newFile };
  throw usageError(`two notebooks are compared, not ${args.length}`, {
    hint: 'slipway notebook diff old.ipynb new.ipynb; git passes seven arguments to it as its external diff',
  });
}

/** A side that does not exist, for git, is empty. */
function readSide(file: string, shown: string, directory: string): NotebookFile {
  if (file === '/dev/null' || file === 'nul')
    return { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  // git's copies have names of their own
  return shown === file
    ? readNotebook(file, directory).notebook
    : parseNotebookFile(readFileSync(file, 'utf8'), shown);
}
