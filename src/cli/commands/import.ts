import path from 'node:path';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { recordDocument } from '../output/run-document.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway import <folder>`. */
export const importRun: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store, directory }) => {
    const record = await store.importRun(path.resolve(directory, args[0] ?? ''));
    await present(session, options, {
      data: () => recordDocument(record),
      text: () => `${record.name} ${record.uid} imported; slipway describe ${record.uid} shows it\n`,
      names: () => [record.uid],
    });
    return undefined;
  });
