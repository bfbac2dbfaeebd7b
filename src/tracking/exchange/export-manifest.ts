import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { fileNotFound } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { invalidExport } from '../errors.ts';
import { isRunFolderName } from '../store-layout.ts';

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

/** Throws INVALID_EXPORT, FILE_NOT_FOUND. */
export async function readManifest(source: string): Promise<ExportManifest> {
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
