import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import type { BlobStore } from '../oci/blob-store.ts';
import type { ImageLayer } from '../oci/image.ts';
import { mediaTypes } from '../oci/manifest.ts';
import { completeEntries, type LayerEntry } from './layer-entry.ts';

/**
 * Writes a layer into the blob store. The same entries give the same bytes on every machine and Node version: sorted, owned by
 * root, dated 1970, and not compressed, because what zlib makes of the same bytes differs between its versions and processors.
 * @throws DISK_FULL
 */
export async function writeLayer(entries: readonly LayerEntry[], blobs: BlobStore): Promise<ImageLayer> {
  const { pack: createPack } = await import('tar-stream');
  const pack = createPack();
  const filling = fill(pack, completeEntries(entries)).catch((error: unknown) => {
    pack.destroy(error as Error);
  });
  const descriptor = await blobs.writeStream(mediaTypes.layer, pack as AsyncIterable<Uint8Array>);
  await filling;
  return { ...descriptor, diffId: descriptor.digest };
}

/** Bytes up to which a file is read in one go: packages have thousands of small ones. */
const wholeFile = 1 << 20;

async function fill(pack: Pack, entries: readonly LayerEntry[]): Promise<void> {
  for (const entry of entries) await addEntry(pack, entry);
  pack.finalize();
}

async function addEntry(pack: Pack, { path, mode, content }: LayerEntry): Promise<void> {
  const header = { mode, uid: 0, gid: 0, mtime: new Date(0) };
  switch (content.kind) {
    case 'directory':
      return void pack.entry({ ...header, name: `${path}/`, type: 'directory' });
    case 'symlink':
      return void pack.entry({ ...header, name: path, type: 'symlink', linkname: content.target });
    case 'bytes':
      return void pack.entry(
        { ...header, name: path, size: content.bytes.length },
        Buffer.from(content.bytes),
      );
    case 'file':
      if (content.size <= wholeFile)
        return void pack.entry({ ...header, name: path, size: content.size }, readFileSync(content.file));
      return pipeline(
        createReadStream(content.file, { highWaterMark: 1 << 20 }),
        pack.entry({ ...header, name: path, size: content.size }),
      );
  }
}
