import { renderDoc } from '../../functions/render-doc.ts';
import type { FunctionEntry } from '../../projects/project-spec.ts';
import { resolveFunction } from '../../projects/resolve-function.ts';
import { present } from '../output/present.ts';
import { renderTable } from '../output/render-table.ts';
import type { GetRequest } from './get-request.ts';

/** `slipway get functions`, and `slipway get function <name>` (which packages it and shows its contract). */
export async function getFunctions({ workspace, session, options, name }: GetRequest): Promise<undefined> {
  const { colors, width } = session.out;
  const functions = workspace.project.spec.functions ?? [];
  const shown: readonly FunctionEntry[] =
    name === undefined ? functions : functions.filter((entry) => entry.name === name);
  // what project.yaml does not name may be a file or a hub function; what is neither is refused there
  if (name !== undefined && shown.length === 0) {
    const { spec } = await resolveFunction(workspace, name);
    await present(session, options, {
      data: () => spec,
      text: () => `${renderDoc(spec).trimEnd()}\n`,
      names: () => [name],
    });
    return undefined;
  }
  const table = renderTable(
    shown,
    [
      { title: 'NAME', cell: (entry) => entry.name, style: colors.bold },
      { title: 'HANDLER', cell: (entry) => entry.handler ?? '' },
      { title: 'SOURCE', cell: (entry) => entry.source, shrinks: true },
    ],
    { width, heading: colors.dim },
  );
  await present(session, options, {
    data: () => (name === undefined ? shown : shown[0]),
    text: () => table,
    names: () => shown.map((entry) => entry.name),
  });
  if (shown.length === 0 && options.output === 'table' && !options.json)
    await session.err.write(
      'no functions in project.yaml; add one under "functions:", or run a file directly\n',
    );
  return undefined;
}
