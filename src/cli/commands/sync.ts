import path from 'node:path';
import type { SyncReport } from '../../tracking/http/sync-store.ts';
import type { Execute } from '../command.ts';
import { usageError } from '../errors.ts';
import { present } from '../output/present.ts';
import { withWorkspace } from '../with-workspace.ts';

/** Milliseconds for one run; a server that is away this long will not come back while somebody waits. */
const runMs = 60_000;

/** `slipway sync`: brings the runs of a local store to the tracking server. */
export const sync: Execute<'output' | 'json'> = ({ args: [folder], options, session }) =>
  withWorkspace(session, async ({ project, server }) => {
    const { syncStore } = await import('../../tracking/http/sync-store.ts');
    if (server === undefined)
      throw usageError('no tracking server is named', {
        hint: 'give --tracking-url, set SLIPWAY_TRACKING_URL, or name it in project.yaml (tracking: { url }); `slipway server` starts one',
      });
    const report = await syncStore({
      server,
      storeDirectory: folder === undefined ? project.storeDirectory : path.resolve(session.directory, folder),
      ...(folder === undefined ? { project: project.name } : {}),
      withinMs: runMs,
    });
    await present(session, options, {
      data: () => report,
      text: () => renderReport(report),
      names: () => report.sent.map(({ uid }) => uid),
    });
    return report.failed.length > 0 ? 1 : 0;
  });

function renderReport({ sent, failed }: SyncReport): string {
  const lines = failed.map(({ project, uid, error }) => `${project}/${uid}  ${error.message}`);
  const count = `${sent.length} ${sent.length === 1 ? 'run is' : 'runs are'} on the server`;
  return `${[...lines, failed.length === 0 ? count : `${count}, ${failed.length} could not be brought there`].join('\n')}\n`;
}
