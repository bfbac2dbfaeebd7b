import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError, writeFileAtomic } from '../../../core/atomic-file.ts';
import { digestBytes } from '../../../core/digest.ts';
import { createUid } from '../../../core/id.ts';
import { imageBlobMissing, imageDigestMismatch } from '../errors.ts';
import { noteUse } from '../record-file.ts';
import type { Descriptor } from './descriptor.ts';

/** What a stream must turn out to be. */
export interface ExpectedBlob {
  readonly digest?: string;
  /** Bytes. */
  readonly size?: number;
}

/** The parts of images on this machine, by digest. Many processes may use one folder at once. */
export interface BlobStore {
  /** The folder that holds everything about images. */
  readonly directory: string;
  /** Whether the blob is here. To ask is to use it: a clean-up leaves what was used within a day. */
  has(digest: string): boolean;
  /** Where the blob is or would be. */
  path(digest: string): string;
  /**
   * The whole blob, checked against its digest; for manifests and configs, not for layers.
   * @throws IMAGE_BLOB_MISSING
   */
  read(digest: string): Buffer;
  writeBytes(mediaType: string, bytes: Uint8Array): Descriptor;
  /**
   * Keeps a stream as a blob, without holding it in memory. Nothing is kept when the stream fails or is not what was expected.
   * @throws IMAGE_DIGEST_MISMATCH, DISK_FULL
   */
  writeStream(
    mediaType: string,
    stream: AsyncIterable<Uint8Array>,
    expected?: ExpectedBlob,
  ): Promise<Descriptor>;
}

/** The blob store of a cache folder: `<cache>/images/blobs/sha256/<hex>`. */
export function openBlobStore(cacheDirectory: string): BlobStore {
  const directory = path.join(cacheDirectory, 'images');
  const pathOf = (digest: string): string => path.join(directory, 'blobs', 'sha256', hexOf(digest));
  return {
    directory,
    path: pathOf,
    has: (digest) => noteUse(pathOf(digest)),
    read: (digest) => readBlob(pathOf(digest), digest),
    writeBytes: (mediaType, bytes) => {
      const digest = digestBytes(bytes);
      const file = pathOf(digest);
      const isHere = noteUse(file) && statSync(file, { throwIfNoEntry: false })?.size === bytes.length;
      if (!isHere) writeFileAtomic(file, bytes);
      return { mediaType, digest, size: bytes.length };
    },
    writeStream: async (mediaType, stream, expected = {}) => {
      const aside = path.join(directory, 'incoming', `${createUid()}.tmp`);
      try {
        const written = await writeAside(aside, stream);
        checkExpected(written, expected);
        moveIntoPlace(aside, pathOf(written.digest));
        return { mediaType, ...written };
      } catch (error) {
        rmSync(aside, { force: true });
        throw explainDiskError(error, aside);
      }
    },
  };
}

function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  // a digest comes from manifests of others: nothing else may become part of a path
  if (hex === undefined)
    throw imageDigestMismatch(`"${digest}" is not a digest`, { hint: 'digests are sha256:<64 hex digits>' });
  return hex;
}

function readBlob(file: string, digest: string): Buffer {
  if (!existsSync(file))
    throw imageBlobMissing(`the blob "${digest}" is not in the cache`, {
      hint: `expected it at "${file}"; build the image again`,
    });
  noteUse(file);
  const bytes = readFileSync(file);
  if (digestBytes(bytes) === digest) return bytes;
  throw imageDigestMismatch(`the cached blob "${digest}" is damaged`, {
    hint: `delete "${file}", then build the image again`,
  });
}

async function writeAside(
  file: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<{ digest: string; size: number }> {
  mkdirSync(path.dirname(file), { recursive: true });
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'wx');
  try {
    for await (const chunk of stream) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length; )
        at += (await handle.write(chunk, at, chunk.length - at)).bytesWritten;
      size += chunk.length;
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

function checkExpected(written: { digest: string; size: number }, expected: ExpectedBlob): void {
  const { digest = written.digest, size = written.size } = expected;
  if (digest === written.digest && size === written.size) return;
  const wanted = expected.size === undefined ? `"${digest}"` : `"${digest}" of ${size} bytes`;
  throw imageDigestMismatch(`expected ${wanted}, got "${written.digest}" of ${written.size} bytes`, {
    hint: 'the content was changed or cut off on its way; it was thrown away',
    details: { expected: digest, got: written.digest },
  });
}

function moveIntoPlace(aside: string, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  renameSync(aside, file);
}
