import { renderDoc } from '../../functions/render-doc.ts';
import { listHub } from '../../hub/list-hub.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway hub show <name>`: what the function takes and gives, and its examples. */
export const hubShow: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async (workspace) => {
    const [given = ''] = args;
    const reference = given.startsWith('hub://') ? given : `hub://${given}`;
    const { spec } = await resolveFunction(workspace, reference);
    const item = (await listHub()).find((candidate) => candidate.name === spec.metadata.name);
    const { files: _, ...rest } = spec.spec;
    const examples = (item?.examples ?? []).map(({ title, command }) => `  # ${title}\n  $ ${command}\n`);
    await present(session, options, {
      data: () => ({ ...spec, spec: rest, examples: item?.examples ?? [], licence: item?.licence ?? null }),
      text: () =>
        `${renderDoc(spec).trimEnd()}\n${examples.length ? `\nExamples:\n${examples.join('\n')}` : ''}`,
      names: () => [reference],
    });
    return undefined;
  });
