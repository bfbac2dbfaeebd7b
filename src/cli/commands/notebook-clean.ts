import { text as readAll } from 'node:stream/consumers';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { cleanNotebook } from '../../notebooks/headless/clean-notebook.ts';
import { parseNotebookFile, renderNotebookFile } from '../../notebooks/headless/notebook-file.ts';
import type { Execute } from '../command.ts';
import { readNotebook } from '../notebook/read-notebook.ts';
import { present } from '../output/present.ts';
import type { Session } from '../session.ts';

/** `slipway notebook clean [notebooks…] [--check]`. */
export const notebookClean: Execute<'check' | 'output' | 'json'> = async ({ args, options, session }) => {
  if (args.length === 0) return filter(session, options.check);
  // all are read before the first is written
  const files = args.map((given) => {
    const { file, text, notebook } = readNotebook(given, session.directory);
    const cleaned = renderNotebookFile(cleanNotebook(notebook));
    return { given, file, cleaned, clean: cleaned === text };
  });
  const dirty = files.filter(({ clean }) => !clean);
  if (!options.check) for (const { file, cleaned } of dirty) writeFileAtomic(file, cleaned);
  const verb = options.check ? 'is not clean' : 'cleaned';
  await present(session, options, {
    data: () => ({
      notebooks: files.map(({ given, clean }) => ({ file: given, clean, written: !clean && !options.check })),
    }),
    text: () => dirty.map(({ given }) => `${given} ${verb}\n`).join(''),
    names: () => dirty.map(({ given }) => given),
  });
  return options.check && dirty.length > 0 ? 1 : 0;
};

/** stdin to stdout, as git filters work. */
async function filter(session: Session, check: boolean): Promise<number> {
  const text = await readAll(process.stdin);
  const cleaned = renderNotebookFile(cleanNotebook(parseNotebookFile(text, '(stdin)')));
  if (check) return cleaned === text ? 0 : 1;
  await session.out.write(cleaned);
  return 0;
}
