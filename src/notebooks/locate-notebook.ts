import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { hasCell } from './check-saved.ts';
import { notebookNotLocated } from './errors.ts';
import { notebookOfSession } from './jupyter-sessions.ts';
import { parseNotebook } from './parse-notebook.ts';

export interface LocateNotebookOptions {
  /** Given by the user; wins over everything. */
  readonly filename?: string;
  /** Function that the notebook must define, to choose among several. */
  readonly handler?: string;
  /** Text of the cell that defines it, as the kernel ran it: chooses among several that do. */
  readonly cell?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The kernel's folder. */
  readonly directory: string;
  /** The kernel's command line, which names its connection file. */
  readonly argv: readonly string[];
}

/**
 * Path of the notebook that this kernel runs: the given file, SLIPWAY_NOTEBOOK, Jupyter's JPY_SESSION_NAME, what a running
 * Jupyter server says about this kernel, or the only notebook of the folder that defines the handler (in the very cell that ran,
 * where several do), in this order.
 * @throws NOTEBOOK_NOT_LOCATED naming the ways to tell it
 */
export async function locateNotebook(options: LocateNotebookOptions): Promise<string> {
  const { filename, environment, directory } = options;
  if (filename !== undefined) return path.resolve(directory, filename);
  const named = environment.SLIPWAY_NOTEBOOK;
  if (named) return path.resolve(directory, named);
  const session = environment.JPY_SESSION_NAME;
  const found =
    (session ? existingNotebook(session, directory) : undefined) ??
    (await notebookOfSession(options.argv, environment)) ??
    onlyNotebook(directory, options);
  if (found !== undefined) return found;
  throw notebookNotLocated(`the notebook of this kernel cannot be told from the folder "${directory}"`, {
    hint: 'pass { filename, handler } to codeToFunction, or set SLIPWAY_NOTEBOOK to the path of the notebook; save the notebook first',
  });
}

/** JPY_SESSION_NAME can be a UUID path, stale after a rename, or relative to the server's root: it counts only if the file is there. */
function existingNotebook(name: string, directory: string): string | undefined {
  if (!name.endsWith('.ipynb')) return undefined;
  const places = [path.resolve(directory, name), path.join(directory, path.basename(name))];
  return places.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

function onlyNotebook(directory: string, options: LocateNotebookOptions): string | undefined {
  const { handler, cell } = options;
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.ipynb'))
    .map((name) => path.join(directory, name))
    .filter((file) => definesHandler(file, handler));
  if (files.length < 2 || cell === undefined) return files.length === 1 ? files[0] : undefined;
  const same = files.filter((file) => hasCell(readFileSync(file, 'utf8'), file, cell));
  return same.length === 1 ? same[0] : undefined;
}

function definesHandler(file: string, handler: string | undefined): boolean {
  try {
    const cells = parseNotebook(readFileSync(file, 'utf8'), file).cells.filter(
      (cell) => cell.excluded === undefined,
    );
    if (handler === undefined) return cells.length > 0;
    // choosing among files only: packaging reads the syntax tree
    const declaration = new RegExp(
      `\\b(?:function\\*?|const|let|var)\\s+${handler.replace(/\$/g, '\\$')}\\b`,
    );
    return cells.some((cell) => declaration.test(cell.source));
  } catch {
    // a broken notebook next to this one is not the one that runs
    return false;
  }
}
