import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSlipwayError } from '../../../core/error.ts';
import { imageDigestMismatch } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { mediaTypes } from '../oci/manifest.ts';
import { imageArchiveInvalid } from './errors.ts';

/** What an archive holds. Everything large is in the blob store by now. */
export interface UnpackedArchive {
  /** Small JSON files by their path. */
  readonly texts: ReadonlyMap<string, Buffer>;
  /** Other files by their path; those named by a digest have been checked against it. */
  readonly blobs: ReadonlyMap<string, Descriptor>;
}

const largestText = 4 << 20;

/**
 * Reads a tar as it streams by: blobs go into the store, each whole or not at all.
 * @throws IMAGE_ARCHIVE_INVALID, IMAGE_DIGEST_MISMATCH, DISK_FULL
 */
export async function unpackArchive(
  open: () => Readable,
  name: string,
  blobs: BlobStore,
): Promise<UnpackedArchive> {
  const { extract } = await import('tar-stream');
  const archive = open();
  const entries = extract();
  const texts = new Map<string, Buffer>();
  const found = new Map<string, Descriptor>();
  const links = new Map<string, string>();
  const feeding = pipeline(archive, entries as unknown as NodeJS.WritableStream);
  // its failure reaches the loop below too, which reports it
  feeding.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const content = entry as unknown as AsyncIterable<Buffer>;
      const { type, size = 0, linkname } = entry.header;
      const at = path.posix.normalize(entry.header.name);
      if (type === 'symlink' || type === 'link') links.set(at, linkTarget(at, type, linkname ?? ''));
      if (type !== 'file' || links.has(at)) await drain(content);
      else if (isText(at) && size <= largestText) texts.set(at, await readAll(content));
      else found.set(at, await keep(content, at, blobs));
    }
    await feeding;
  } catch (error) {
    archive.destroy();
    throw explainUnpacking(error, name);
  }
  for (const [at, target] of links) {
    const blob = found.get(target);
    if (blob) found.set(at, blob);
  }
  return { texts, blobs: found };
}

function isText(at: string): boolean {
  return at.endsWith('.json') || at === 'oci-layout';
}

function linkTarget(at: string, type: 'symlink' | 'link', target: string): string {
  return type === 'link' ? path.posix.normalize(target) : path.posix.join(path.posix.dirname(at), target);
}

async function keep(content: AsyncIterable<Buffer>, at: string, blobs: BlobStore): Promise<Descriptor> {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(at)?.[1];
  return blobs.writeStream(mediaTypes.layer, content, hex === undefined ? {} : { digest: `sha256:${hex}` });
}

async function drain(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of content);
}

async function readAll(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function explainUnpacking(error: unknown, name: string): unknown {
  if (imageDigestMismatch.is(error))
    return imageDigestMismatch(`"${name}" is damaged: ${error.message}`, {
      hint: 'copy or save the image again',
      cause: error,
    });
  if (isSlipwayError(error)) return error;
  const { message = '', code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (/unexpected end|premature close|aborted/i.test(`${message} ${code}`) || code === 'Z_BUF_ERROR')
    return imageArchiveInvalid(`"${name}" is cut off: it ends in the middle`, {
      hint: 'copy or save the image again',
      cause: error,
    });
  if (/invalid tar|checksum/i.test(message) || code.startsWith('Z_'))
    return imageArchiveInvalid(`"${name}" is no archive of an image: it is no tar`, {
      hint: 'give a file that "docker save", "skopeo copy … oci-archive:" or "slipway build --output" wrote',
      cause: error,
    });
  return error;
}
