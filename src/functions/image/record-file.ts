import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../../core/atomic-file.ts';
import { createUid } from '../../core/id.ts';

/** What a record holds; undefined where there is none, or a damaged one, which is as good as none: what it is about is made again. */
export function readRecord<Content>(file: string): Content | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Content;
  } catch {
    return undefined;
  }
}

/**
 * Writes a record whole or not at all. It is not synced: what a power cut damages is found damaged.
 * @throws DISK_FULL
 */
export function writeRecord(file: string, content: object): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const aside = `${file}.${createUid()}.tmp`;
    writeFileSync(aside, `${JSON.stringify(content)}\n`);
    renameSync(aside, file);
  } catch (error) {
    throw explainDiskError(error, file);
  }
}

const hourMs = 3600_000;

/** Whether the file is there; marks it as used, at most once an hour, for the clean-up to see. */
export function noteUse(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const now = Date.now();
  if (now - stat.mtimeMs > hourMs)
    try {
      utimesSync(file, now / 1000, now / 1000);
    } catch {
      // somebody else's cache, or one that is only read: nothing is cleaned up there by us
    }
  return existsSync(file);
}
