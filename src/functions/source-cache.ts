import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { explainDiskError } from '../core/atomic-file.ts';
import { createUid } from '../core/id.ts';
import { canonicalJson, type Json } from '../core/json.ts';
import { parseNotebook } from '../notebooks/parse-notebook.ts';
import { esbuildVersion } from './esbuild-version.ts';
import { packageFolder } from './installed-package.ts';

/** Raised whenever extraction or bundling gives something else for the same sources. */
const recordFormat = 2;

/** What one input was when its result was made; anything else means work has to be done again. */
interface Stamp {
  readonly path: string;
  /** `code`: the bytes; `notebook`: its code cells; `installed`: size and time; `folder`: names of the source files in it. */
  readonly kind: 'code' | 'notebook' | 'installed' | 'folder';
  readonly value: string;
}

interface SourceRecord<Result> {
  readonly format: number;
  readonly esbuild: string;
  readonly stamps: readonly Stamp[];
  readonly result: Result;
}

/** Remembers results by their request, for as long as all inputs stay as they were. */
export interface SourceCache<Result> {
  read(): Result | undefined;
  write(result: Result, files: readonly string[]): void;
}

/**
 * @param request everything that decides the result besides the content of files
 */
export function openSourceCache<Result>(cacheDirectory: string, request: Json): SourceCache<Result> {
  const file = path.join(cacheDirectory, 'sources', `${hash(canonicalJson(request))}.json`);
  return {
    read() {
      const record = readRecord<Result>(file);
      if (record?.format !== recordFormat || record.esbuild !== esbuildVersion()) return undefined;
      return record.stamps.every((stamp) => stampOf(stamp.path, stamp.kind) === stamp.value)
        ? record.result
        : undefined;
    },
    write(result, files) {
      const record: SourceRecord<Result> = {
        format: recordFormat,
        esbuild: esbuildVersion(),
        stamps: stampAll(files),
        result,
      };
      try {
        mkdirSync(path.dirname(file), { recursive: true });
        const aside = `${file}.${createUid()}.tmp`;
        // not synced: what a power cut damages is found damaged, and made again
        writeFileSync(aside, JSON.stringify(record));
        renameSync(aside, file);
      } catch (error) {
        throw explainDiskError(error, file);
      }
    },
  };
}

function readRecord<Result>(file: string): SourceRecord<Result> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SourceRecord<Result>;
  } catch {
    // a damaged record is as good as none: it is only a shortcut
    return undefined;
  }
}

function stampAll(files: readonly string[]): Stamp[] {
  const own = [...new Set(files)];
  const folders = new Set(
    own.filter((file) => packageFolder(file) === undefined).map((file) => path.dirname(file)),
  );
  const stamps = own.map((file): Stamp => {
    const kind = kindOf(file);
    return { path: file, kind, value: stampOf(file, kind) };
  });
  return [
    ...stamps,
    ...[...folders].map(
      (folder): Stamp => ({ path: folder, kind: 'folder', value: stampOf(folder, 'folder') }),
    ),
  ];
}

function kindOf(file: string): Stamp['kind'] {
  if (packageFolder(file) !== undefined) return 'installed';
  return file.endsWith('.ipynb') ? 'notebook' : 'code';
}

function stampOf(file: string, kind: Stamp['kind']): string {
  try {
    switch (kind) {
      case 'code':
        return hash(readFileSync(file));
      case 'notebook':
        return hash(JSON.stringify(parseNotebook(readFileSync(file, 'utf8'), file).cells));
      case 'installed': {
        const { size, mtimeMs } = statSync(file);
        return `${size} ${mtimeMs}`;
      }
      case 'folder':
        // a new file can change what an import without extension means
        return hash(
          readdirSync(file)
            .filter((name) => /\.(?:[cm]?[jt]sx?|json)$/.test(name))
            .sort()
            .join('\n'),
        );
    }
  } catch {
    // gone or unreadable: never equal to a stamp that was taken
    return 'unreadable';
  }
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
