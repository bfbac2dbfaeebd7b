import { renderDoc } from '../../functions/render-doc.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway doc <function>`. */
export const doc: Execute<'handler' | 'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const { spec } = await resolveFunction(
      workspace,
      args[0] ?? '',
      options.handler ? { handler: options.handler } : {},
    );
    await present(session, options, {
      data: () => {
        const { files: _, ...rest } = spec.spec;
        return { ...spec, spec: rest };
      },
      text: () => `${renderDoc(spec).trimEnd()}\n`,
      names: () => Object.keys(spec.spec.handlers),
    });
    return undefined;
  });
