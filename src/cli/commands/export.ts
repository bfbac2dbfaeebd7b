import path from 'node:path';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway export <run> <folder>`. */
export const exportRun: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store, directory }) => {
    const [reference = '', folder = ''] = args;
    const { uid, name } = await store.getRun(reference);
    const target = path.resolve(directory, folder);
    await store.exportRun(uid, target);
    await present(session, options, {
      data: () => ({ uid, name, directory: target }),
      text: () => `${name} ${uid} exported to ${folder}; slipway import ${folder} takes it in anywhere\n`,
      names: () => [target],
    });
    return undefined;
  });
