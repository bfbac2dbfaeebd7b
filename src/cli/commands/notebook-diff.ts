import { diffNotebooks, renderNotebookDiff } from '../../notebooks/headless/diff-notebooks.ts';
import type { Execute } from '../command.ts';
import { readNotebook } from '../notebook/read-notebook.ts';
import { present } from '../output/present.ts';

/** `slipway notebook diff <before> <after>`. */
export const notebookDiff: Execute<'output' | 'json'> = async ({ args, options, session }) => {
  const [before = '', after = ''] = args;
  const changes = diffNotebooks(
    readNotebook(before, session.directory).notebook,
    readNotebook(after, session.directory).notebook,
  );
  await present(session, options, {
    data: () => ({ before, after, changes }),
    text: () => renderNotebookDiff(changes, { before, after }),
    names: () => changes.map(({ id }) => id),
  });
  return undefined;
};
