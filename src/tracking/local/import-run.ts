import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { createStaging, exists } from '../artifact-files.ts';
import { runExists } from '../errors.ts';
import { type ExportManifest, readManifest } from '../exchange/export-manifest.ts';
import { importArtifacts } from '../exchange/import-artifacts.ts';
import { readExportedJournal } from '../exchange/read-exported-journal.ts';
import type { Ledger } from '../ledger.ts';
import { runDirectory } from '../store-layout.ts';

export interface ImportOptions {
  readonly storeDirectory: string;
  readonly project: string;
  readonly ledger: Ledger;
  /** The exported folder. */
  readonly source: string;
}

/**
 * Takes an export into the store; gives the uid of its run. Artifacts are checked against their digests, and nothing is taken if one is
 * wrong (`INVALID_EXPORT`) or a run is there already (`RUN_EXISTS`). In another project, the run becomes one of that project.
 */
export async function importRun(options: ImportOptions): Promise<string> {
  const manifest = await readManifest(options.source);
  for (const { uid } of manifest.runs)
    if (await exists(runDirectory(options.storeDirectory, options.project, uid)))
      throw runExists(`run "${uid}" exists already in project "${options.project}"`, {
        hint: 'it has been imported before, or comes from this store',
      });
  const staging = await createStaging(options.storeDirectory);
  try {
    const journals = await stageRuns(options, manifest, staging);
    await importArtifacts(options, manifest);
    for (const uid of journals) await placeRun(options, staging, uid);
  } catch (error) {
    throw explainDiskError(error, options.storeDirectory);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  for (const { uid, labels } of manifest.runs) {
    options.ledger.append({ kind: 'run', uid });
    for (const [key, value] of Object.entries(labels ?? {}))
      options.ledger.append({ kind: 'label', uid, key, value });
  }
  return manifest.uid;
}

/** Copies the run folders onto the store's disk and makes sure that every journal can be read. */
async function stageRuns(
  { source, project }: ImportOptions,
  manifest: ExportManifest,
  staging: string,
): Promise<readonly string[]> {
  for (const { uid } of manifest.runs) {
    const folder = path.join(staging, uid);
    const from = path.join(source, 'runs', uid);
    const events = await readExportedJournal(source, manifest, { uid, project });
    await cp(from, folder, { recursive: true, preserveTimestamps: true });
    if (manifest.project === project) continue;
    const moved = events.map((event) => `${JSON.stringify(event)}\n`);
    await writeFile(path.join(folder, 'events.jsonl'), moved.join(''));
    // shows the project it came from; made again when the run is read
    await rm(path.join(folder, 'run.json'), { force: true });
  }
  return manifest.runs.map(({ uid }) => uid);
}

async function placeRun(options: ImportOptions, staging: string, uid: string): Promise<void> {
  const target = runDirectory(options.storeDirectory, options.project, uid);
  await mkdir(path.dirname(target), { recursive: true });
  await rename(path.join(staging, uid), target);
}
