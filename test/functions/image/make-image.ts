import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { type BlobStore, openBlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import type { Descriptor, Platform } from '../../../src/functions/image/oci/descriptor.ts';
import type { Image, ImageLayer } from '../../../src/functions/image/oci/image.ts';
import {
  type ContainerConfig,
  type ImageConfig,
  type ImageManifest,
  mediaTypes,
} from '../../../src/functions/image/oci/manifest.ts';

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryBlobs(): BlobStore {
  return openBlobStore(temporaryFolder());
}

export interface ImageWishes {
  /** A layer each: its files by path. @default one layer with one file */
  readonly layers?: readonly Readonly<Record<string, string | Buffer>>[];
  readonly platform?: Platform;
  readonly config?: ContainerConfig;
  /** What an attachment of type application/vnd.example.note holds. */
  readonly note?: string;
}

/** A small image, made by hand. */
export async function makeImage(blobs: BlobStore, wishes: ImageWishes = {}): Promise<Image> {
  const { layers = [{ 'hello.txt': 'hello\n' }], platform = { os: 'linux', architecture: 'amd64' } } = wishes;
  const made: ImageLayer[] = [];
  for (const files of layers) made.push(await makeLayer(blobs, files));
  const config: ImageConfig = {
    created: '1970-01-01T00:00:00Z',
    ...platform,
    config: wishes.config ?? {},
    rootfs: { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) },
    history: made.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'test' })),
  };
  const configBlob = writeJson(blobs, mediaTypes.config, config);
  const manifest = writeJson(blobs, mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: configBlob,
    layers: made.map(({ diffId: _, ...layer }) => layer),
  } satisfies ImageManifest);
  const attachments = wishes.note === undefined ? [] : [makeNote(blobs, wishes.note, manifest)];
  return { manifest, config: configBlob, layers: made, platform, attachments };
}

export async function makeLayer(
  blobs: BlobStore,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<ImageLayer> {
  const tar = await makeTar(files);
  const layer = blobs.writeBytes(mediaTypes.layerGzip, gzipSync(tar));
  return { ...layer, diffId: `sha256:${createHash('sha256').update(tar).digest('hex')}` };
}

export async function makeTar(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files))
    tar.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function writeJson(blobs: BlobStore, mediaType: string, value: object): Descriptor {
  return blobs.writeBytes(mediaType, Buffer.from(JSON.stringify(value)));
}

/** Bytes that no compression makes smaller. */
export function noise(megabytes: number): Buffer {
  return randomBytes(megabytes << 20);
}

function makeNote(blobs: BlobStore, text: string, subject: Descriptor): Descriptor {
  return writeJson(blobs, mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: 'application/vnd.example.note',
    config: blobs.writeBytes(mediaTypes.empty, Buffer.from('{}')),
    layers: [blobs.writeBytes('text/plain', Buffer.from(text))],
    subject,
  } satisfies ImageManifest);
}
