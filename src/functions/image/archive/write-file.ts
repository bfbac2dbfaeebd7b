import { createWriteStream, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { explainDiskError } from '../../../core/atomic-file.ts';
import { createUid } from '../../../core/id.ts';
import { imageArchiveInvalid } from './errors.ts';

/**
 * Writes a stream to a file that is there whole or not at all. Folders on the way are made. A pipe or a device (`/dev/stdout`) gets
 * the bytes as they come.
 * @throws IMAGE_ARCHIVE_INVALID where the name is a folder's, DISK_FULL, ACCESS_DENIED
 */
export async function writeFileStream(file: string, content: Readable): Promise<void> {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return writeWhole(file, content);
  if (!there.isDirectory()) return pipeline(content, createWriteStream(file));
  content.destroy();
  throw imageArchiveInvalid(`"${file}" is a folder, and the image is to be one file`, {
    hint: `name a file, e.g. "${path.join(file, 'image.tar')}"`,
  });
}

async function writeWhole(file: string, content: Readable): Promise<void> {
  const aside = `${file}.${createUid()}.tmp`;
  try {
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    await pipeline(content, createWriteStream(aside, { flags: 'wx' }));
    await syncFile(aside);
    renameSync(aside, file);
  } catch (error) {
    content.destroy();
    rmSync(aside, { force: true });
    throw explainDiskError(error, file);
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
