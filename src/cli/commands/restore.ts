import { runNotFound } from '../../tracking/errors.ts';
import type { RunRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway restore <run…>`. Every run is looked up before the first one is touched. */
export const restore: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store }) => {
    const runs = await Promise.all(args.map((reference) => findTrashed(store, reference)));
    for (const run of runs) await store.restoreRun(run.uid);
    await present(session, options, {
      data: () => runs.map(({ uid, name }) => ({ uid, name })),
      text: () => runs.map(({ uid, name }) => `${name} ${uid} restored\n`).join(''),
      names: () => runs.map(({ uid }) => uid),
    });
    return undefined;
  });

/** `@last` is the newest run in the trash. */
async function findTrashed(store: RunStore, reference: string): Promise<RunRecord> {
  if (reference !== '@last') return store.getRun(reference);
  const { runs } = await store.searchRuns({ trashed: true, all: true, limit: 1 });
  const [newest] = runs;
  if (newest) return newest;
  throw runNotFound(`the trash of project "${store.project}" is empty`, {
    hint: 'runs get there by `slipway rm <run>`',
  });
}
