import path from 'node:path';
import { digestJson, type Json } from '../../../core/json.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { ImageLayer } from '../oci/image.ts';
import { noteUse, readRecord, writeRecord } from '../record-file.ts';

/** A layer with what it was made for. */
export interface KnownLayer {
  readonly layer: ImageLayer;
  /** The function whose image it was made for first. */
  readonly madeFor: string;
}

/**
 * The layer made of these inputs, if it was made before; else makes it. Two builders at once both make it, and write the same.
 * @param inputs everything that decides the layer's bytes
 */
export async function reuseLayer(
  blobs: BlobStore,
  inputs: Json,
  madeFor: string,
  make: () => Promise<ImageLayer>,
): Promise<KnownLayer & { readonly reused: boolean }> {
  const file = path.join(blobs.directory, 'layers', `${digestJson(inputs).slice('sha256:'.length)}.json`);
  noteUse(file);
  const known = readRecord<KnownLayer>(file);
  if (known && blobs.has(known.layer.digest)) return { ...known, reused: true };
  const made: KnownLayer = { layer: await make(), madeFor };
  writeRecord(file, made);
  return { ...made, reused: false };
}
