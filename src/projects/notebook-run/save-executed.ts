import path from 'node:path';
import type { Json } from '../../core/json.ts';
import type { ExecutedNotebook } from '../../notebooks/headless/execute-notebook.ts';
import { type NotebookFile, renderNotebookFile } from '../../notebooks/headless/notebook-file.ts';
import { renderNotebookHtml } from '../../notebooks/headless/render-html.ts';
import type { Context } from '../../runtime/context.ts';
import { createRedactor } from '../../runtime/redactor.ts';

/** Keys of the two artifacts that every notebook run has. */
export const executedKey = 'executed-notebook';
export const executedHtmlKey = 'executed-notebook-html';

/** Stores the executed notebook and its HTML as artifacts of the run, secrets hidden. */
export async function saveExecuted(
  context: Context,
  shown: string,
  executed: ExecutedNotebook,
  asked: Readonly<Record<string, string>>,
): Promise<void> {
  const redactor = createRedactor({ ...givenSecrets(context), ...asked });
  const notebook = redactor.json(executed.notebook as unknown as Json) as unknown as NotebookFile;
  const name = path.posix.basename(shown);
  const metadata = {
    state: executed.state,
    cells: executed.cells.map(({ number, id, state, milliseconds }) => ({
      number,
      id,
      state,
      milliseconds: Math.round(milliseconds * 10) / 10,
    })),
    ...(executed.state === 'completed' || executed.cell === undefined ? {} : { endedInCell: executed.cell }),
  };
  await context.logArtifact(executedKey, renderNotebookFile(notebook), {
    name,
    mediaType: 'application/x-ipynb+json',
    metadata,
  });
  await context.logArtifact(executedHtmlKey, renderNotebookHtml(notebook, { title: name }), {
    name: `${name.replace(/\.ipynb$/, '')}.html`,
    mediaType: 'text/html',
    metadata,
  });
}

/** A run's secrets go by the names of environment variables, so code can print one without having asked for it. */
function givenSecrets(context: Context): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(process.env))
    try {
      found[name] = context.secret(name);
    } catch {
      // a variable like any other
    }
  return found;
}
