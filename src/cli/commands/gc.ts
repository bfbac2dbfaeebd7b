import { type CollectedImages, collectProjectImages } from '../../projects/collect-images.ts';
import { collectLeftovers, type Leftover } from '../../projects/collect-leftovers.ts';
import { endOrphans } from '../../projects/end-orphans.ts';
import type { GarbageReport } from '../../tracking/store.ts';
import type { Execute } from '../command.ts';
import { present } from '../output/present.ts';
import { renderBytes } from '../output/render-value.ts';
import { withWorkspace } from '../with-workspace.ts';

/** `slipway gc`: deletes for good; with `--dry-run` only says what would go. */
export const gc: Execute<'dryRun' | 'olderThan' | 'dockerImages' | 'output' | 'json'> = ({
  options,
  session,
}) =>
  withWorkspace(session, async (workspace) => {
    if (!options.dryRun) await endOrphans(workspace, { lost: true });
    const report = await workspace.store.collectGarbage({
      dryRun: options.dryRun,
      ...(options.olderThan === undefined ? {} : { olderThanMs: options.olderThan }),
    });
    // once runs have gone, and with them what was theirs
    const leftovers = await collectLeftovers(workspace, { dryRun: options.dryRun });
    const images = await collectProjectImages(workspace, {
      dryRun: options.dryRun,
      docker: options.dockerImages,
    });
    await present(session, options, {
      data: () => ({ ...report, leftovers, images }),
      text: (wide) =>
        renderReport(report, wide) +
        renderLeftovers(leftovers, report.dryRun, wide) +
        renderImages(images, report.dryRun, wide),
      names: () => [...report.runs, ...report.artifacts.map((artifact) => artifact.digest)],
    });
    return undefined;
  });

function renderReport(report: GarbageReport, wide: boolean): string {
  const verb = report.dryRun ? 'would be deleted' : 'deleted';
  const details = report.dryRun || wide;
  const lines = [
    ...(details ? report.runs.map((uid) => `run       ${uid}`) : []),
    ...(details
      ? report.artifacts.map(({ digest, size }) => `artifact  ${digest}  ${renderBytes(size)}`)
      : []),
    `${count(report.runs.length, 'run')} and ${count(report.artifacts.length, 'artifact')} (${renderBytes(report.bytes)}) ${verb}`,
  ];
  return `${lines.join('\n')}\n`;
}

function renderLeftovers(leftovers: readonly Leftover[], dryRun: boolean, wide: boolean): string {
  if (leftovers.length === 0) return '';
  const details = dryRun || wide;
  const bytes = leftovers.reduce((sum, { size }) => sum + size, 0);
  const lines = [
    ...(details ? leftovers.map(({ kind, name }) => `${kind.padEnd(8)}  ${name}`) : []),
    `${count(leftovers.length, 'leftover')} of what is gone (${renderBytes(bytes)}) ${dryRun ? 'would be deleted' : 'deleted'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function renderImages({ blobs, bytes, docker }: CollectedImages, dryRun: boolean, wide: boolean): string {
  const verb = dryRun ? 'would be deleted' : 'deleted';
  const details = dryRun || wide;
  const lines = [
    ...(details ? blobs.map((digest) => `image part  ${digest}`) : []),
    ...(details ? docker.map((tag) => `in Docker   ${tag}`) : []),
    ...(bytes === 0
      ? []
      : [`${count(blobs.length, 'part')} of images in the cache (${renderBytes(bytes)}) ${verb}`]),
    ...(docker.length === 0 ? [] : [`${count(docker.length, 'image')} in Docker ${verb}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
