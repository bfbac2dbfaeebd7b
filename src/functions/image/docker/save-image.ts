import { createReadStream, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type Docker from 'dockerode';
import { createUid } from '../../../core/id.ts';
import { findImage, writeManifest } from '../archive/find-image.ts';
import { unpackArchive } from '../archive/unpack-archive.ts';
import { type BlobStore, openBlobStore } from '../oci/blob-store.ts';
import type { BaseImage, ImageLayer } from '../oci/image.ts';
import { mediaTypes } from '../oci/manifest.ts';

/**
 * Takes an image out of the daemon into the blob store. Layers of the base it was made on stay as they are in the base, compressed
 * and perhaps still in a registry; its own are compressed.
 */
export async function saveFromDocker(
  docker: Docker,
  id: string,
  { blobs, base }: { readonly blobs: BlobStore; readonly base: BaseImage },
): Promise<BaseImage> {
  // the daemon gives whole tars: they are kept aside until it is known which are new
  const aside = path.join(blobs.directory, 'incoming', createUid());
  try {
    const spool = openBlobStore(aside);
    const content = (await docker.getImage(id).get()) as Readable;
    const archive = await unpackArchive(() => content, id, spool);
    const found = findImage(archive, { name: id, platform: base.platform, blobs: spool });
    const layers: ImageLayer[] = [];
    for (const layer of found.layers) layers.push(await takeOver(layer, { spool, blobs, base }));
    const config = blobs.writeBytes(mediaTypes.config, spool.read(found.config.digest));
    const manifest = writeManifest(config, layers, blobs);
    return {
      reference: id,
      digest: manifest.digest,
      config: found.configContent,
      layers,
      platform: found.platform,
    };
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

interface TakingOver {
  readonly spool: BlobStore;
  readonly blobs: BlobStore;
  readonly base: BaseImage;
}

async function takeOver(layer: ImageLayer, { spool, blobs, base }: TakingOver): Promise<ImageLayer> {
  const known = base.layers.find(({ diffId }) => diffId === layer.diffId);
  if (known !== undefined) return known;
  const file = createReadStream(spool.path(layer.digest), { highWaterMark: 1 << 18 });
  const plain = layer.mediaType === mediaTypes.layer;
  // a failure shows where the result is read
  const content = plain ? pipeline(file, createGzip(), () => undefined) : file;
  const mediaType = plain ? mediaTypes.layerGzip : layer.mediaType;
  return { ...(await blobs.writeStream(mediaType, content)), diffId: layer.diffId };
}
