import { collectCache } from '../../pipelines/cache/collect-cache.ts';
import { endOrphans } from '../../projects/end-orphans.ts';
import type { GarbageReport } from '../../tracking/store.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { renderBytes } from '../output/render-value.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway gc`: deletes for good; with `--dry-run` only says what would go. */
export const gc: Execute<'dryRun' | 'olderThan' | 'output' | 'json'> = ({ options, session }) =>
  withWorkspace(session, async (workspace) => {
    if (!options.dryRun) await endOrphans(workspace, { lost: true });
    const { store, project } = workspace;
    const report = await store.collectGarbage({
      dryRun: options.dryRun,
      ...(options.olderThan === undefined ? {} : { olderThanMs: options.olderThan }),
    });
    const cache = await collectCache(project.storeDirectory, store, { dryRun: options.dryRun });
    await present(session, options, {
      data: () => ({ ...report, cachedSteps: cache.entries }),
      text: (wide) => renderReport(report, cache.entries, wide),
      names: () => [...report.runs, ...report.artifacts.map((artifact) => artifact.digest)],
    });
    return undefined;
  });

function renderReport(report: GarbageReport, cachedSteps: number, wide: boolean): string {
  const verb = report.dryRun ? 'would be deleted' : 'deleted';
  const details = report.dryRun || wide;
  const lines = [
    ...(details ? report.runs.map((uid) => `run       ${uid}`) : []),
    ...(details
      ? report.artifacts.map(({ digest, size }) => `artifact  ${digest}  ${renderBytes(size)}`)
      : []),
    `${count(report.runs.length, 'run')} and ${count(report.artifacts.length, 'artifact')} (${renderBytes(report.bytes)}) ${verb}`,
    ...(cachedSteps === 0
      ? []
      : [`${count(cachedSteps, 'cached step')} that nothing can be taken from ${verb}`]),
  ];
  return `${lines.join('\n')}\n`;
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
