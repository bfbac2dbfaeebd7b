import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeFileAtomic } from '../../core/atomic-file.ts';
import { nearestName } from '../../core/nearest-name.ts';
import type { DataStat, DataStore } from '../data-item.ts';
import { dataNotFound, invalidDataReference } from '../errors.ts';
import { explainFileError } from './file-error.ts';

/** Files and folders of this machine: `file:///…`. */
export const fileStore: DataStore = {
  schemes: ['file'],
  writable: true,
  stat: (url) => guard(url, statFile),
  read: (url, range) =>
    guard(url, (file) => (range ? readPart(file, range) : readFile(file)) as Promise<Uint8Array>),
  stream: (url) =>
    guard(url, async (file) => createReadStream(await present(file)) as AsyncIterable<Uint8Array>),
  write: (url, data) => guard(url, async (file) => writeFileAtomic(file, data)),
  list: (url) => guard(url, async (file) => (await readdir(file)).sort()),
  localPath: toPath,
};

function toPath(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw invalidDataReference(`"${url.href}" names no file of this machine`, {
      hint: 'write a file URL as file:///folder/name',
      cause: error,
    });
  }
}

async function guard<T>(url: URL, work: (file: string) => Promise<T>): Promise<T> {
  const file = toPath(url);
  try {
    return await work(file);
  } catch (error) {
    const explained = explainFileError(error, file);
    throw dataNotFound.is(explained) ? await withNeighbour(explained, file) : explained;
  }
}

async function statFile(file: string): Promise<DataStat> {
  const found = await stat(file);
  return {
    size: found.isDirectory() ? 0 : found.size,
    isDirectory: found.isDirectory(),
    modifiedAt: found.mtime.toISOString(),
  };
}

async function readPart(file: string, range: { offset?: number; length?: number }): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const offset = Math.min(range.offset ?? 0, size);
    const length = Math.min(range.length ?? size, size - offset);
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

async function present(file: string): Promise<string> {
  await stat(file);
  return file;
}

/** Adds the name beside it that was probably meant. */
async function withNeighbour(error: Error, file: string): Promise<Error> {
  const names = await readdir(path.dirname(file)).catch(() => []);
  const near = nearestName(path.basename(file), names);
  return near === undefined
    ? error
    : dataNotFound(error.message, { hint: `did you mean "${near}"?`, cause: error.cause });
}

/** The URL of a local path. */
export const fileUrl = (file: string): URL => pathToFileURL(file);
