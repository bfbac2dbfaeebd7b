import { cp, rm } from 'node:fs/promises';
import { digestDirectory } from '../../core/digest.ts';
import { createStaging, exists, putArtifact } from '../artifact-files.ts';
import { invalidExport } from '../errors.ts';
import { artifactFolder } from '../store-layout.ts';
import type { ExportManifest } from './export-manifest.ts';

/**
 * Takes the artifacts of an export into a store; nothing is taken if one is not what its digest says.
 * @throws INVALID_EXPORT
 */
export async function importArtifacts(
  options: { readonly storeDirectory: string; readonly source: string },
  manifest: ExportManifest,
): Promise<void> {
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
