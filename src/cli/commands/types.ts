import { type ErrorRecord, reviveError } from '../../core/error.ts';
import { typesFileName, writeTypes } from '../../projects/write-types.ts';
import type { Execute } from '../command.ts';
import { exitCodeOfError } from '../exit-code.ts';
import { isDocument, present } from '../output/present.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway types`: types of all functions of project.yaml; one that cannot be packaged is reported, the others are written. */
export const types: Execute<'output' | 'json'> = ({ options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { file, functions, failed } = await writeTypes(workspace);
    await present(session, options, {
      data: () => ({ file, functions, failed }),
      text: () =>
        `${typesFileName} written: ${functions.length ? functions.join(', ') : 'no functions in project.yaml'}\n`,
      names: () => [file],
    });
    if (!isDocument(options))
      for (const { error } of failed) await session.err.write(renderErrorRecord(error, session.err.colors));
    return failed[0] ? exitCodeOf(failed[0].error) : 0;
  });

const exitCodeOf = (error: ErrorRecord): number => exitCodeOfError(reviveError(error));
