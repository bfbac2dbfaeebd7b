import { accessSync, constants, createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { explainDiskError, writeFileAtomic } from '../../core/atomic-file.ts';
import { digestBytes } from '../../core/digest.ts';
import { createUid } from '../../core/id.ts';
import type { LocalCopy } from '../data-item.ts';
import { scratchDirectory } from '../scratch-directory.ts';

/** The user's own folder for downloads, shared by projects; the process's scratch folder where the home cannot be written. */
export function httpCacheDirectory(): string {
  const shared = path.join(homedir(), '.cache', 'slipway', 'http');
  try {
    mkdirSync(shared, { recursive: true, mode: 0o700 });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    // a container's read-only file system: the download is good for this process only
    return path.join(scratchDirectory(), 'http');
  }
}

/** What is known about a download, beside its content. */
interface CacheEntry {
  readonly url: string;
  readonly file: string;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly contentType?: string;
}

/**
 * Downloads a URL to the cache and gives the path. What is there already is used again when the server confirms, by ETag or
 * date, that it has not changed; each version has a file of its own, so that a reader's file never changes under it.
 */
export async function downloadCached(
  url: URL,
  cacheDirectory: string,
  request: (headers: Record<string, string>) => Promise<Response>,
  body: (response: Response, url: URL) => AsyncIterable<Uint8Array>,
): Promise<LocalCopy> {
  const directory = path.join(cacheDirectory, digestBytes(withoutFragment(url)).slice(7, 39));
  const known = await readEntry(directory);
  const response = await request(known ? conditions(known) : {});
  if (known && response.status === 304) return copyOf(directory, known);
  const entry = describe(url, response);
  const aside = path.join(directory, `${entry.file}.part`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await pipeline(body(response, url), createWriteStream(aside, { flush: true }));
    await rename(aside, path.join(directory, entry.file));
    await removeOld(directory, entry.file);
  } catch (error) {
    await rm(aside, { force: true });
    throw explainDiskError(error, directory);
  }
  if (entry.etag !== undefined || entry.lastModified !== undefined)
    writeFileAtomic(path.join(directory, 'entry.json'), JSON.stringify(entry));
  return copyOf(directory, entry);
}

const keptMs = 24 * 3600 * 1000;

/** Drops versions that were replaced a day ago; younger ones may still be read by somebody. */
async function removeOld(directory: string, current: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name === current || name === 'entry.json') continue;
    const file = path.join(directory, name);
    const found = await stat(file).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > keptMs) await rm(file, { force: true });
  }
}

function copyOf(directory: string, entry: CacheEntry): LocalCopy {
  return {
    path: path.join(directory, entry.file),
    ...(entry.contentType === undefined ? {} : { contentType: entry.contentType }),
  };
}

function describe(url: URL, response: Response): CacheEntry {
  const [etag, lastModified, contentType] = ['etag', 'last-modified', 'content-type'].map(
    (name) => response.headers.get(name) ?? undefined,
  );
  const extension = /(\.[A-Za-z0-9]{1,10}){1,2}$/.exec(url.pathname)?.[0] ?? '';
  return {
    url: url.href,
    file: `${createUid()}${extension}`,
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(contentType === undefined ? {} : { contentType }),
  };
}

async function readEntry(directory: string): Promise<CacheEntry | undefined> {
  try {
    const entry = JSON.parse(await readFile(path.join(directory, 'entry.json'), 'utf8')) as CacheEntry;
    await stat(path.join(directory, entry.file));
    return entry;
  } catch {
    // no entry, a damaged one, or a file that somebody removed: all mean that nothing is cached
    return undefined;
  }
}

function conditions(entry: CacheEntry): Record<string, string> {
  return {
    ...(entry.etag === undefined ? {} : { 'if-none-match': entry.etag }),
    ...(entry.lastModified === undefined ? {} : { 'if-modified-since': entry.lastModified }),
  };
}

function withoutFragment(url: URL): string {
  const plain = new URL(url);
  plain.hash = '';
  return plain.href;
}
