import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway rm <run…>`. Every run is looked up before the first one is touched. */
export const rm: Execute<'output' | 'json'> = ({ args, options, session }) =>
  withWorkspace(session, async ({ store }) => {
    const runs = await Promise.all(args.map((reference) => store.getRun(reference)));
    for (const run of runs) await store.trashRun(run.uid);
    await present(session, options, {
      data: () => runs.map(({ uid, name }) => ({ uid, name })),
      text: () =>
        runs
          .map(({ uid, name }) => `${name} ${uid} moved to the trash; slipway restore takes it back\n`)
          .join(''),
      names: () => runs.map(({ uid }) => uid),
    });
    return undefined;
  });
