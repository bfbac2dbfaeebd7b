import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../../core/atomic-file.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { LayerOrigin } from '../oci/image.ts';

/** Small layers are uploaded as fast as they are mounted. */
const worthMounting = 64 << 10;
const remembered = 4;

/** Repositories that had the blob when this machine last pushed it, newest first. They may have lost it since. */
export function placesOf(blobs: BlobStore, { digest }: Pick<Descriptor, 'digest'>): readonly LayerOrigin[] {
  const file = placesFile(blobs, digest);
  if (!existsSync(file)) return [];
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as readonly LayerOrigin[];
  } catch {
    // only a hint where to look: a damaged one is written anew by the next push
    return [];
  }
}

/** Remembers where blobs are, so that the next function with the same dependencies need not upload them. */
export function recordPlaces(blobs: BlobStore, layers: readonly Descriptor[], place: LayerOrigin): void {
  for (const { digest } of layers.filter(({ size }) => size >= worthMounting)) {
    const known = placesOf(blobs, { digest });
    const others = known.filter(
      ({ registry, repository }) => registry !== place.registry || repository !== place.repository,
    );
    if (others.length === known.length)
      writeFileAtomic(placesFile(blobs, digest), JSON.stringify([place, ...others].slice(0, remembered)));
  }
}

function placesFile(blobs: BlobStore, digest: string): string {
  return path.join(blobs.directory, 'places', `${digest.replace('sha256:', '')}.json`);
}
