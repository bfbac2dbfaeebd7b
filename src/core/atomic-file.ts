import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { explainAccessError } from './access-error.ts';
import { diskFull, fileNotWritable } from './errors.ts';
import { createUid } from './id.ts';

/**
 * Writes a file so that readers see the old content or the whole new one, never a part: written aside, synced, renamed.
 * `mode` are its rights, whatever those of the file before were; as for any new file unless given. A full disk is reported as `DISK_FULL`, a place where no file can be as `FILE_NOT_WRITABLE`; neither leaves anything behind.
 */
export function writeFileAtomic(file: string, data: string | Uint8Array, mode?: number): void {
  const aside = `${file}.${createUid()}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const handle = openSync(aside, 'w', mode);
    try {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
      fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, file);
  } catch (error) {
    // removing fails too where a file stands in place of the folder
    if (existsSync(aside)) rmSync(aside, { force: true });
    checkTarget(file);
    throw explainDiskError(error, file);
  }
}

/** Refuses a place where no file can be (FILE_NOT_WRITABLE), before work is done whose result should go there. */
export function checkTarget(file: string): void {
  if (isFolder(file))
    throw fileNotWritable(`"${file}" cannot be written: it is a folder`, {
      hint: `name a file in it, such as "${path.join(file, 'result')}"`,
    });
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const found = isFolder(folder);
    if (found || folder === path.dirname(folder)) return;
    if (found === false)
      throw fileNotWritable(`"${file}" cannot be written: "${folder}" is no folder`, {
        hint: 'give a path whose folders are folders, or do not exist yet',
      });
  }
}

/** Undefined where there is nothing. */
const isFolder = (name: string): boolean | undefined =>
  existsSync(name) ? statSync(name).isDirectory() : undefined;

/** Gives "no space left" and "not permitted" their names and hints; anything else comes back as it is. */
export function explainDiskError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return explainAccessError(error);
  return diskFull(`"${file}" cannot be written: the disk is full`, {
    hint: 'free some space (`slipway gc --dry-run` shows what could go), then run it again',
    cause: error,
  });
}
