import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { digestDirectory } from '../../core/digest.ts';
import { fileNotFound } from '../../core/errors.ts';
import { invalidExport, runExists } from '../errors.ts';
import type { JournalEvent } from '../journal-event.ts';
import type { Ledger } from '../ledger.ts';
import { readWholeJournal } from '../read-journal.ts';
import { artifactFolder, isRunFolderName, runDirectory } from '../store-layout.ts';
import { createStaging, exists, putArtifact } from './artifact-files.ts';
import type { ExportManifest } from './export-run.ts';

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

async function readManifest(source: string): Promise<ExportManifest> {
  const file = path.join(source, 'export.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw explainDiskError(error, file);
    if (!existsSync(source))
      throw fileNotFound(`folder "${source}" does not exist`, {
        hint: 'give the folder that `slipway export <run> <folder>` has written',
      });
    throw invalidExport(`"${source}" is not the export of a run: it has no export.json`, {
      hint: 'make one with `slipway export <run> <folder>`',
    });
  });
  const manifest = parseManifest(text);
  if (manifest) return manifest;
  throw invalidExport(`"${file}" cannot be read`, { hint: 'export the run again' });
}

/** uids and digests become paths, so their form is checked. */
function parseManifest(text: string): ExportManifest | undefined {
  try {
    const value = JSON.parse(text) as ExportManifest;
    const sound =
      value.kind === 'RunExport' &&
      value.runs.every(({ uid }) => isRunFolderName(uid)) &&
      value.runs.some(({ uid }) => uid === value.uid) &&
      value.artifacts.every((digest) => /^sha256:[0-9a-f]{64}$/.test(digest));
    return sound ? value : undefined;
  } catch {
    return undefined;
  }
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
    if (!(await exists(path.join(from, 'events.jsonl'))))
      throw invalidExport(`export "${source}" has no journal of run "${uid}"`, {
        hint: 'copy the folder again, completely',
      });
    await cp(from, folder, { recursive: true, preserveTimestamps: true });
    const journal = path.join(folder, 'events.jsonl');
    const { events } = readWholeJournal(journal);
    if (manifest.project === project) continue;
    const moved = events.map((event) => `${JSON.stringify(intoProject(event, manifest.project, project))}\n`);
    await writeFile(journal, moved.join(''));
    // shows the project it came from; made again when the run is read
    await rm(path.join(folder, 'run.json'), { force: true });
  }
  return manifest.runs.map(({ uid }) => uid);
}

function intoProject(event: JournalEvent, from: string, to: string): JournalEvent {
  if (event.kind === 'created') return { ...event, project: to };
  if (event.kind !== 'artifact') return event;
  const uri = event.artifact.uri.replace(`store://${from}/`, `store://${to}/`);
  return { ...event, artifact: { ...event.artifact, uri } };
}

async function importArtifacts(options: ImportOptions, manifest: ExportManifest): Promise<void> {
  const stagings: string[] = [];
  const checked: { staging: string; directory: boolean }[] = [];
  try {
    for (const digest of manifest.artifacts) {
      const staging = await createStaging(options.storeDirectory);
      stagings.push(staging);
      checked.push({ staging, directory: await stageArtifact(options.source, digest, staging) });
    }
    for (const { staging, directory } of checked)
      await putArtifact(options.storeDirectory, staging, { directory });
  } finally {
    for (const staging of stagings) await rm(staging, { recursive: true, force: true });
  }
}

/** Copies an artifact and checks it; tells whether it is a folder. */
async function stageArtifact(source: string, digest: string, staging: string): Promise<boolean> {
  const from = artifactFolder(source, digest);
  if (!(await exists(from)))
    throw invalidExport(`export "${source}" lacks the artifact "${digest}"`, {
      hint: 'copy the folder again, completely',
    });
  await cp(from, staging, { recursive: true });
  const listing = await digestDirectory(staging);
  if (listing.digest === digest) return true;
  if (listing.files.length === 1 && listing.files[0]?.digest === digest) return false;
  throw invalidExport(`artifact "${digest}" in export "${source}" has other content than its digest says`, {
    hint: 'the copy is damaged or was changed; export the run again',
  });
}

async function placeRun(options: ImportOptions, staging: string, uid: string): Promise<void> {
  const target = runDirectory(options.storeDirectory, options.project, uid);
  await mkdir(path.dirname(target), { recursive: true });
  await rename(path.join(staging, uid), target);
}
