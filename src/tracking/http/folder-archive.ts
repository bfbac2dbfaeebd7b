import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
 * Writes the files of a tar stream into a folder.
 * @throws INVALID_ARCHIVE for names that lead out of it, and for anything but plain files
 */
export async function unpackFolder(source: AsyncIterable<Uint8Array>, directory: string): Promise<void> {
  const { extract } = await import('tar-stream');
  const archive = extract();
  archive.on('entry', (header, stream, next) => {
    const write = async (): Promise<void> => {
      if (header.type === 'directory') {
        stream.resume();
        return;
      }
      const file = placeOf(header.name, header.type, directory);
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(stream, createWriteStream(file, { flags: 'wx' }));
    };
    write().then(
      () => next(),
      (error: Error) => {
        stream.resume();
        next(error);
      },
    );
  });
  await pipeline(source, archive).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    throw invalidArchive(`what was sent is no complete tar archive: ${message}`, {
      hint: 'send it again',
      cause: error,
    });
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
