import { endOrphans } from '../../projects/end-orphans.ts';
import { terminalStates } from '../../tracking/run.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { recordDocument } from '../output/run-document.ts';
import { renderRunTable } from '../output/run-table.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway ps`: what is under way; with `--all`, everything. */
export const ps: Execute<'all' | 'limit' | 'output' | 'json'> = ({ options, session }) =>
  withWorkspace(session, async (workspace) => {
    await endOrphans(workspace);
    await (await workspace.orphans())?.heard();
    const { store } = workspace;
    const filter = options.all ? {} : { filter: "state in ('created', 'pending', 'running')" };
    const page = await store.searchRuns({ ...filter, all: options.all, limit: options.limit });
    // a run whose process died is found to be lost while it is read
    const runs = options.all ? page.runs : page.runs.filter((run) => !terminalStates.has(run.state));
    await present(session, options, {
      data: () => runs.map(recordDocument),
      text: (wide) => renderRunTable(runs, session, wide),
      names: () => runs.map((run) => run.uid),
    });
    if (runs.length === 0 && options.output === 'table' && !options.json)
      await session.err.write('nothing is running; `slipway get runs` lists what has run\n');
    return undefined;
  });
