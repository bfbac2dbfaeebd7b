import { nearestName } from '../../core/nearest-name.ts';
import { pipelineNotFound } from '../../projects/errors.ts';
import { present } from '../output/present.ts';
import { renderTable } from '../output/render-table.ts';
import { renderPairs } from '../output/render-value.ts';
import type { GetRequest } from './get-request.ts';

/** `slipway get pipelines [name]`. */
export async function getPipelines({ workspace, session, options, name }: GetRequest): Promise<undefined> {
  const { colors, width } = session.out;
  const pipelines = workspace.project.spec.pipelines ?? [];
  const shown = name === undefined ? pipelines : pipelines.filter((entry) => entry.name === name);
  if (name !== undefined && shown.length === 0) {
    const near = nearestName(
      name,
      pipelines.map((entry) => entry.name),
    );
    throw pipelineNotFound(`pipeline "${name}" does not exist in project "${workspace.project.name}"`, {
      hint: near ? `did you mean "${near}"?` : 'slipway get pipelines lists them',
    });
  }
  await present(session, options, {
    data: () => (name === undefined ? shown : shown[0]),
    text: () =>
      renderTable(
        shown,
        [
          { title: 'NAME', cell: (entry) => entry.name, style: colors.bold },
          { title: 'FILE', cell: (entry) => entry.file, shrinks: true },
          { title: 'PARAMS', cell: (entry) => renderPairs(entry.params ?? {}), shrinks: true },
        ],
        { width, heading: colors.dim },
      ),
    names: () => shown.map((entry) => entry.name),
  });
  if (shown.length === 0 && options.output === 'table' && !options.json)
    await session.err.write('no pipelines in project.yaml; add one under "pipelines:"\n');
  return undefined;
}
