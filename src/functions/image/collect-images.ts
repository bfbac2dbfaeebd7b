import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FunctionImage, ImageRecord } from './image-records.ts';
import { type BlobStore, openBlobStore } from './oci/blob-store.ts';
import { readRecord } from './record-file.ts';

/** What a clean-up of the images on this machine removed, or would. */
export interface ImageGarbage {
  /** Digests of parts of images. */
  readonly blobs: readonly string[];
  /** Bytes of these, and of what was cut off while it came. */
  readonly bytes: number;
}

export interface CollectImagesOptions {
  readonly dryRun: boolean;
  /** Milliseconds since the epoch. @default now */
  readonly now?: number;
}

/** What is younger may belong to an image that is being built. */
const youngMs = 24 * 3600_000;
/** Documents of images are smaller, layers of packages larger; a larger document is kept, and what it names is not. */
const largestDocument = 4 << 20;

interface Cleaner {
  readonly blobs: BlobStore;
  readonly isOld: (file: string) => boolean;
  readonly remove: (file: string) => number;
}

/**
 * Removes from a cache what belongs neither to the image that each function had last, nor to one built within a day, nor to a base
 * of these. Builders may be at work: what they use counts as young.
 */
export function collectImages(cacheDirectory: string, options: CollectImagesOptions): ImageGarbage {
  const { dryRun, now = Date.now() } = options;
  const blobs = openBlobStore(cacheDirectory);
  const cleaner: Cleaner = {
    blobs,
    isOld: (file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat !== undefined && now - stat.mtimeMs > youngMs;
    },
    remove: (file) => {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (!dryRun) rmSync(file, { recursive: true, force: true });
      return size;
    },
  };
  const used = usedDigests(cleaner);
  const gone: string[] = [];
  let bytes = 0;
  for (const name of filesIn(blobs, 'blobs/sha256')) {
    const digest = `sha256:${name}`;
    const file = path.join(blobs.directory, 'blobs/sha256', name);
    // asked for anew: somebody may have begun to use it
    if (used.has(digest) || !cleaner.isOld(file)) continue;
    gone.push(digest);
    bytes += cleaner.remove(file);
  }
  bytes += removeRecords(cleaner, new Set(gone));
  return { blobs: gone, bytes };
}

/** Digests of the configurations of the images that each function had last: Docker's ids of these. */
export function configsInUse(cacheDirectory: string): ReadonlySet<string> {
  const blobs = openBlobStore(cacheDirectory);
  const current = currentImages(blobs);
  const images = filesIn(blobs, 'built').map((name) => readIn<ImageRecord>(blobs, 'built', name)?.image);
  // a daemon with containerd's store names images by their manifest
  return new Set(
    images.flatMap((image) =>
      image && current.has(image.manifest.digest) ? [image.config.digest, image.manifest.digest] : [],
    ),
  );
}

/** Of the manifests of the images that each function had last. */
function currentImages(blobs: BlobStore): ReadonlySet<string | undefined> {
  return new Set(
    filesIn(blobs, 'functions').map((name) => readIn<FunctionImage>(blobs, 'functions', name)?.digest),
  );
}

/** Everything that images in use name, and what that names in turn. Records of other images go. */
function usedDigests(cleaner: Cleaner): ReadonlySet<string> {
  const { blobs, isOld, remove } = cleaner;
  const current = currentImages(blobs);
  const waiting: string[] = [];
  for (const name of filesIn(blobs, 'built')) {
    const file = path.join(blobs.directory, 'built', name);
    const record = readRecord<ImageRecord>(file);
    if (record?.image !== undefined && (current.has(record.image.manifest.digest) || !isOld(file)))
      waiting.push(...digestsIn(JSON.stringify(record)));
    else if (isOld(file)) remove(file);
  }
  const used = new Set<string>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (used.has(next)) continue;
    used.add(next);
    waiting.push(...namedBy(blobs, next));
  }
  return used;
}

/** Digests in a document of an image; none in a layer. */
function namedBy(blobs: BlobStore, digest: string): readonly string[] {
  const file = blobs.path(digest);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY;
  if (size > largestDocument) return [];
  const text = readFileSync(file, 'utf8');
  return text.startsWith('{') ? digestsIn(text) : [];
}

const digestsIn = (text: string): readonly string[] => text.match(/sha256:[0-9a-f]{64}/g) ?? [];

/** What is known of blobs that have gone, and what nobody finished writing. */
function removeRecords(cleaner: Cleaner, gone: ReadonlySet<string>): number {
  const { blobs, isOld, remove } = cleaner;
  const isGone = (digest: string | undefined): boolean =>
    // looking is no use of it
    digest === undefined || gone.has(digest) || !existsSync(blobs.path(digest));
  const inFolder = (folder: string, isStale: (name: string) => boolean): readonly string[] =>
    filesIn(blobs, folder)
      .filter(isStale)
      .map((name) => path.join(blobs.directory, folder, name));
  const stale = [
    ...inFolder('layers', (name) =>
      isGone(readIn<{ layer?: { digest: string } }>(blobs, 'layers', name)?.layer?.digest),
    ),
    ...inFolder('commands', (name) => isGone(readIn<{ digest?: string }>(blobs, 'commands', name)?.digest)),
    ...inFolder('places', (name) => gone.has(`sha256:${path.basename(name, '.json')}`)),
    ...inFolder('incoming', () => true),
  ];
  return stale.filter(isOld).reduce((sum, file) => sum + remove(file), 0);
}

function filesIn(blobs: BlobStore, folder: string): readonly string[] {
  const directory = path.join(blobs.directory, folder);
  return existsSync(directory) ? readdirSync(directory) : [];
}

const readIn = <Content>(blobs: BlobStore, folder: string, name: string): Content | undefined =>
  readRecord<Content>(path.join(blobs.directory, folder, name));
