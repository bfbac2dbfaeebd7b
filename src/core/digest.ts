import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { digestJson } from './json.ts';

/** `sha256:<hex>` of bytes or of UTF-8 text. */
export function digestBytes(data: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

export interface FileDigest {
  /** Path relative to the digested folder, with `/`. */
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

export async function digestFile(file: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return { path: path.basename(file), digest: `sha256:${hash.digest('hex')}`, size };
}

/**
 * Digest of a folder: of the canonical JSON list of its files' paths, digests and sizes, sorted by path.
 * Times, modes and empty folders do not count.
 */
export async function digestDirectory(
  directory: string,
): Promise<{ digest: string; size: number; files: readonly FileDigest[] }> {
  const names = (await readdir(directory, { recursive: true }))
    .map((name) => name.split(path.sep).join('/'))
    .sort();
  const files: FileDigest[] = [];
  for (const name of names) {
    const full = path.join(directory, name);
    if ((await stat(full)).isFile()) files.push({ ...(await digestFile(full)), path: name });
  }
  const listing = files.map(({ path: at, digest, size }) => ({ path: at, digest, size }));
  return { digest: digestJson(listing), size: files.reduce((sum, file) => sum + file.size, 0), files };
}
