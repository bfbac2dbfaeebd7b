import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError, writeFileAtomic } from '../../core/atomic-file.ts';
import { createUid } from '../../core/id.ts';
import { refuseUsed } from '../refuse-used.ts';
import { artifactFolder } from '../store-layout.ts';
import type { ExportManifest } from './export-manifest.ts';

export interface ExportOptions {
  /** Store whose artifacts go with the runs. */
  readonly storeDirectory: string;
  readonly manifest: ExportManifest;
  readonly target: string;
  /** Writes the files of a run (`events.jsonl`, `output.log` …) into a folder that does not exist yet. */
  readonly writeRun: (uid: string, folder: string) => Promise<void>;
}

/** Writes an export whole or not at all; the target must not exist, or be an empty folder. */
export async function writeExport({
  storeDirectory,
  manifest,
  target,
  writeRun,
}: ExportOptions): Promise<void> {
  await refuseUsed(target);
  const aside = `${path.resolve(target)}.${createUid()}.tmp`;
  try {
    await mkdir(path.join(aside, 'runs'), { recursive: true });
    for (const { uid } of manifest.runs) await writeRun(uid, path.join(aside, 'runs', uid));
    for (const digest of manifest.artifacts)
      await cp(artifactFolder(storeDirectory, digest), artifactFolder(aside, digest), { recursive: true });
    writeFileAtomic(path.join(aside, 'export.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw explainDiskError(error, target);
  }
}
