import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Extract } from 'tar-stream';
import { isSlipwayError } from '../../core/error.ts';
import { invalidArchive } from '../errors.ts';

/** The files of a folder as a tar stream, sorted by name, nothing but names and bytes. */
export async function packFolder(directory: string): Promise<Readable> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  const add = async (): Promise<void> => {
    const names = (await readdir(directory, { recursive: true })).sort();
    for (const name of names) {
      const file = path.join(directory, name);
      const { size, ...kind } = await stat(file).then((found) => ({
        size: found.size,
        isFile: found.isFile(),
      }));
      if (!kind.isFile) continue;
      const entry = archive.entry({
        name: name.split(path.sep).join('/'),
        size,
        mode: 0o644,
        mtime: new Date(0),
      });
      await pipeline(createReadStream(file), entry);
    }
    archive.finalize();
  };
  add().catch((error: unknown) => archive.destroy(error as Error));
  return archive as unknown as Readable;
}

/**
 * Writes the files of a tar stream into a folder. The stream is left open when it fails: it may be a request that is still to be
 * answered.
 * @throws INVALID_ARCHIVE for names that lead out of it, and for anything but plain files
 */
export async function unpackFolder(source: AsyncIterable<Uint8Array>, directory: string): Promise<void> {
  const { extract } = await import('tar-stream');
  const archive = extract();
  // whoever waits for the next entry hears of it
  void feed(source, archive).catch((error: Error) => archive.destroy(error));
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header;
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      const file = placeOf(name, type, directory);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, entry as unknown as AsyncIterable<Uint8Array>, { flag: 'wx' });
    }
  } catch (error) {
    throw archiveError(error);
  } finally {
    archive.destroy();
  }
}

/** Writes what comes into the archive's reader, no faster than that takes it. */
async function feed(source: AsyncIterable<Uint8Array>, archive: Extract): Promise<void> {
  const chunks = source instanceof Readable ? source.iterator({ destroyOnReturn: false }) : source;
  for await (const chunk of chunks) {
    if (archive.destroyed) return;
    await new Promise<void>((resolve) => {
      if (archive.write(chunk)) resolve();
      else {
        archive.once('drain', resolve);
        archive.once('close', resolve);
      }
    });
  }
  archive.end(undefined);
}

/** Errors of the file system as they are; what the reader of archives has to say, as an error of the archive. */
function archiveError(error: unknown): unknown {
  const { errno, message } = error as NodeJS.ErrnoException;
  if (errno !== undefined || isSlipwayError(error)) return error;
  return invalidArchive(`what was sent is no complete tar archive: ${message}`, {
    hint: 'send it again',
    cause: error,
  });
}

function placeOf(name: string, type: string | null | undefined, directory: string): string {
  const file = path.resolve(directory, name);
  const inside = file.startsWith(path.resolve(directory) + path.sep);
  if (inside && type === 'file' && !name.includes('\0')) return file;
  throw invalidArchive(`"${name}" has no place in an artifact`, {
    hint: 'an artifact holds plain files, named relative to its folder',
  });
}
