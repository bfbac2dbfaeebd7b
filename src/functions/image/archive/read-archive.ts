import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { explainAccessError } from '../../../core/access-error.ts';
import { fileNotFound } from '../../../core/errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Platform } from '../oci/descriptor.ts';
import type { BaseImage } from '../oci/image.ts';
import { imageArchiveInvalid } from './errors.ts';
import { findImage } from './find-image.ts';
import { unpackArchive } from './unpack-archive.ts';

export interface ReadArchiveOptions {
  readonly platform: Platform;
  readonly blobs: BlobStore;
}

/**
 * Reads an image from a file: an OCI archive or what `docker save` writes, also gzipped. Its blobs go into the blob store.
 * @throws FILE_NOT_FOUND, IMAGE_ARCHIVE_INVALID, IMAGE_PLATFORM_NOT_FOUND, UNSUPPORTED_IMAGE, IMAGE_DIGEST_MISMATCH, DISK_FULL
 */
export async function readArchiveImage(file: string, options: ReadArchiveOptions): Promise<BaseImage> {
  const archive = await unpackArchive(await findArchive(file), file, options.blobs);
  const { manifest, configContent, layers, platform } = findImage(archive, { ...options, name: file });
  return { reference: file, digest: manifest.digest, config: configContent, layers, platform };
}

async function findArchive(file: string): Promise<() => Readable> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined)
    throw fileNotFound(`the archive "${file}" does not exist`, { hint: 'check the path of the image' });
  if (!found.isFile())
    throw imageArchiveInvalid(`"${file}" is no file`, {
      hint: 'give an archive: the one file that "docker save" or "skopeo copy … oci-archive:" writes',
    });
  const read = (): Readable => createReadStream(file, { highWaterMark: 1 << 18 });
  if (!isGzip(file)) return read;
  const { createGunzip } = await import('node:zlib');
  // a failure shows where the result is read
  return () => pipeline(read(), createGunzip(), () => undefined);
}

function isGzip(file: string): boolean {
  const head = Buffer.alloc(2);
  try {
    const handle = openSync(file, 'r');
    try {
      return readSync(handle, head, 0, 2, 0) === 2 && head.readUInt16BE(0) === 0x1f8b;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw explainAccessError(error);
  }
}
