import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError, writeFileAtomic } from '../../core/atomic-file.ts';
import { createUid } from '../../core/id.ts';
import type { Json } from '../../core/json.ts';
import { refuseUsed } from '../refuse-used.ts';
import { artifactFolder, runDirectory } from '../store-layout.ts';

/** `export.json` in an exported folder, beside `runs/<uid>/` and `artifacts/<2 hex>/<hex>/`. */
export interface ExportManifest {
  readonly apiVersion: 'slipway/v1';
  readonly kind: 'RunExport';
  readonly project: string;
  /** The run that was exported. */
  readonly uid: string;
  /** It and its trials and steps. */
  readonly runs: readonly ExportedRun[];
  readonly artifacts: readonly string[];
}

export interface ExportedRun {
  readonly uid: string;
  /** Labels that were set after the run. */
  readonly labels?: Readonly<Record<string, Json>>;
}

export interface ExportOptions {
  readonly storeDirectory: string;
  readonly manifest: ExportManifest;
  readonly target: string;
}

/** Writes an export whole or not at all; the target must not exist, or be an empty folder. */
export async function exportRun({ storeDirectory, manifest, target }: ExportOptions): Promise<void> {
  await refuseUsed(target);
  const aside = `${path.resolve(target)}.${createUid()}.tmp`;
  try {
    await mkdir(path.join(aside, 'runs'), { recursive: true });
    for (const { uid } of manifest.runs)
      await cp(runDirectory(storeDirectory, manifest.project, uid), path.join(aside, 'runs', uid), {
        recursive: true,
        preserveTimestamps: true,
      });
    for (const digest of manifest.artifacts)
      await cp(artifactFolder(storeDirectory, digest), artifactFolder(aside, digest), { recursive: true });
    writeFileAtomic(path.join(aside, 'export.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw explainDiskError(error, target);
  }
}
