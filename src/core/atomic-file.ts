import { closeSync, fdatasyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { explainAccessError } from './access-error.ts';
import { diskFull } from './errors.ts';
import { createUid } from './id.ts';

/**
 * Writes a file so that readers see the old content or the whole new one, never a part: written aside, synced, renamed.
 * A full disk is reported as `DISK_FULL` and leaves nothing behind.
 */
export function writeFileAtomic(file: string, data: string | Uint8Array): void {
  const aside = `${file}.${createUid()}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const handle = openSync(aside, 'w');
    try {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
      fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw explainDiskError(error, file);
  }
}

/** Gives "no space left" and "not permitted" their names and hints; anything else comes back as it is. */
export function explainDiskError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return explainAccessError(error);
  return diskFull(`"${file}" cannot be written: the disk is full`, {
    hint: 'free some space (`slipway gc --dry-run` shows what could go), then run it again',
    cause: error,
  });
}
