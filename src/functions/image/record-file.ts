import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
