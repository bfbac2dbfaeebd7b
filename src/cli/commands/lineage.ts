import { traceLineage } from '../../data/lineage.ts';
import type { Execute } from '../command.ts';
import { renderLineage } from '../output/lineage-table.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway lineage <run, artifact key or URI>`: which run made what from which, before it and after it. */
export const lineage: Execute<'direction' | 'depth' | 'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store, project }) => {
    const reference = args[0] ?? '';
    const known = reference.startsWith('store://') ? reference : await locate(reference);
    const graph = await traceLineage(store, known, {
      direction: options.direction,
      ...(options.depth === undefined ? {} : { depth: options.depth }),
    });
    await present(session, options, {
      data: () => graph,
      text: () => renderLineage(graph, session),
      names: () => graph.nodes.map((node) => node.id),
    });
    return undefined;

    /** A key of an artifact, where there is one of that name; else it must be a run. */
    async function locate(name: string): Promise<string> {
      const [artifact] = await store.searchArtifacts({ key: name, limit: 1 });
      return artifact === undefined ? name : `store://${project.name}/${name}`;
    }
  });
