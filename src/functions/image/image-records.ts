import path from 'node:path';
import type { BuiltImage } from './image-request.ts';
import type { BlobStore } from './oci/blob-store.ts';
import type { ImageManifest } from './oci/manifest.ts';
import { noteUse, readRecord, writeRecord } from './record-file.ts';

/** What was last built of one function, for saying what has changed since and for finding its image again. */
export interface FunctionImage {
  /** Digest of the image's manifest. */
  readonly digest: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** Digest of the function's bundle. */
  readonly bundle: string;
  /** Digests of the files of the bundle layer by name. */
  readonly files: Readonly<Record<string, string>>;
  /** `name@version` of the packages in the dependency layer. */
  readonly packages: readonly string[];
}

/** An image, and what is remembered of it by its function's name. */
export interface ImageRecord {
  readonly image: BuiltImage;
  readonly summary: FunctionImage;
}

/** The image built of these inputs, if all of it is still here. */
export function readBuiltImage(blobs: BlobStore, key: string): ImageRecord | undefined {
  const file = builtFile(blobs, key);
  noteUse(file);
  const record = readRecord<ImageRecord>(file);
  return record?.image && isComplete(record.image, blobs) ? record : undefined;
}

export function writeBuiltImage(blobs: BlobStore, key: string, record: ImageRecord): void {
  writeRecord(builtFile(blobs, key), record);
}

/** The image that was last built of a function of this name; undefined where none was. */
export function readFunctionImage(blobs: BlobStore, name: string): FunctionImage | undefined {
  return readRecord<FunctionImage>(functionFile(blobs, name));
}

export function writeFunctionImage(blobs: BlobStore, name: string, image: FunctionImage): void {
  writeRecord(functionFile(blobs, name), image);
}

const builtFile = (blobs: BlobStore, key: string): string =>
  path.join(blobs.directory, 'built', `${key.slice('sha256:'.length)}.json`);

const functionFile = (blobs: BlobStore, name: string): string =>
  path.join(blobs.directory, 'functions', `${encodeURIComponent(name)}.json`);

/** Somebody may have cleaned the cache by halves. */
function isComplete({ manifest, config, layers, attachments }: BuiltImage, blobs: BlobStore): boolean {
  const own = layers.filter(({ origin }) => origin === undefined);
  return (
    [manifest, config, ...own, ...attachments].every(({ digest }) => blobs.has(digest)) &&
    attachments.every(({ digest }) => {
      const { config: empty, layers: parts } = JSON.parse(blobs.read(digest).toString()) as ImageManifest;
      return [empty, ...parts].every((part) => blobs.has(part.digest));
    })
  );
}
