import { stat } from 'node:fs/promises';
import { digestDirectory, digestFile } from '../core/digest.ts';
import type { Artifact } from './artifact.ts';
import { ArtifactItem } from './artifact-item.ts';
import type { DataItem } from './data-item.ts';
import { isArtifact } from './open-artifact.ts';
import { explainFileError } from './stores/file-error.ts';

/**
 * Digest and size of what a data item holds, for the record of a run's input. What is elsewhere is fetched once; the item
 * then reads the same bytes. An artifact's own digest needs no reading; a folder's is that of its listing.
 */
export async function digestOf(item: DataItem | Artifact): Promise<{ digest: string; size: number }> {
  if (isArtifact(item)) return { digest: item.record.digest, size: item.record.size };
  if (item instanceof ArtifactItem && !item.url.includes('#')) {
    const { digest, size } = await item.resolve();
    return { digest, size };
  }
  const file = await item.local();
  const folder = (await stat(file)).isDirectory();
  const { digest, size } = await (folder ? digestDirectory(file) : digestFile(file)).catch(
    (error: unknown) => {
      throw explainFileError(error, file);
    },
  );
  return { digest, size };
}
