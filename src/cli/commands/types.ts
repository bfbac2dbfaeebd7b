import path from 'node:path';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { type ErrorRecord, reviveError } from '../../core/error.ts';
import type { FunctionSpec } from '../../functions/function-spec.ts';
import { renderTypes } from '../../functions/render-types.ts';
import { type SyncedFunction, syncFunctions } from '../../projects/sync-functions.ts';
import type { Execute } from '../command.ts';
import { exitCodeOfError } from '../exit-code.ts';
import { isDocument, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { withWorkspace } from '../with-workspace.ts';

const fileName = 'slipway.d.ts';

/** `slipway types`: types of all functions of project.yaml; one that cannot be packaged is reported, the others are written. */
export const types: Execute<'output' | 'json'> = ({ options, session }) =>
  withWorkspace(session, async (workspace) => {
    const synced = await syncFunctions(workspace);
    const specs = synced.flatMap((each) => ('packaged' in each ? [named(each)] : []));
    const failed = synced.flatMap((each) =>
      'error' in each ? [{ name: each.entry.name, error: each.error }] : [],
    );
    const file = path.join(workspace.project.root, fileName);
    writeFileAtomic(file, renderTypes(specs));
    const names = specs.map((spec) => spec.metadata.name);
    await present(session, options, {
      data: () => ({ file, functions: names, failed }),
      text: () =>
        `${fileName} written: ${names.length ? names.join(', ') : 'no functions in project.yaml'}\n`,
      names: () => [file],
    });
    if (!isDocument(options))
      for (const { error } of failed) await session.err.write(renderErrorRecord(error, session.err.colors));
    return failed[0] ? exitCodeOf(failed[0].error) : 0;
  });

/** The spec under the name that the project gives the function, which is what is imported by. */
function named({ entry, packaged }: Extract<SyncedFunction, { packaged: unknown }>): FunctionSpec {
  return { ...packaged.spec, metadata: { ...packaged.spec.metadata, name: entry.name } };
}

const exitCodeOf = (error: ErrorRecord): number => exitCodeOfError(reviveError(error));
