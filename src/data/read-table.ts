import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { createUid } from '../core/id.ts';
import { datasetEmpty, tableMalformed } from './errors.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { explainFileError } from './stores/file-error.ts';
import type { ReadTableOptions, Table, TableFormat } from './table.ts';
import { isGzipName, requireTableFormat } from './tables/table-format.ts';

/**
 * Reads CSV, TSV, JSON, NDJSON, Arrow IPC or Parquet, any of them gzipped, from bytes or from a local file. The format is
 * told by `name` unless given. Throws `TABLE_MALFORMED` and `TABLE_TYPE_MISMATCH` naming file and line,
 * `DATASET_EMPTY`, `COLUMN_NOT_FOUND`, `UNKNOWN_TABLE_FORMAT`, `DATA_NOT_FOUND`.
 *
 * @param source bytes, or the path of a local file
 * @param name what errors call it and what tells the format; @default the path itself
 */
export async function readTable(
  source: Uint8Array | string,
  name: string = typeof source === 'string' ? source : 'table',
  options: ReadTableOptions = {},
): Promise<Table> {
  const format = options.format ?? requireTableFormat(name);
  return await readTableAs(source, { name, format, gzipped: isGzipName(name) }, options);
}

/** What is known about a file before it is read. */
export interface TableSource {
  /** What errors call it. */
  readonly name: string;
  readonly format: TableFormat;
  /** `maybe`: what a server sends under a name with `.gz` may be unpacked already. */
  readonly gzipped: boolean | 'maybe';
}

/** As `readTable`, where the name alone does not tell format and compression. */
export async function readTableAs(
  source: Uint8Array | string,
  { name, format, gzipped }: TableSource,
  options: ReadTableOptions = {},
): Promise<Table> {
  if (format === 'parquet' && gzipped === false && typeof source === 'string') {
    await refuseEmptyFile(source, name);
    return await readParquetFile(source, name, options);
  }
  const stored = typeof source === 'string' ? await readBytes(source, name) : source;
  refuseEmpty(stored.length, name);
  const packed = gzipped === true || (gzipped === 'maybe' && stored[0] === 0x1f && stored[1] === 0x8b);
  const bytes = packed ? await unzip(stored, name) : stored;
  refuseEmpty(bytes.length, name);
  return await decode(format, bytes, name, { ...options, format });
}

async function decode(
  format: TableFormat,
  bytes: Uint8Array,
  name: string,
  options: ReadTableOptions,
): Promise<Table> {
  switch (format) {
    case 'csv':
    case 'tsv':
      return await (await import('./tables/csv.ts')).decodeCsv(bytes, name, options);
    case 'json':
      return (await import('./tables/json.ts')).decodeJson(bytes, name, options);
    case 'ndjson':
      return (await import('./tables/json.ts')).decodeNdjson(bytes, name, options);
    case 'arrow':
      return await (await import('./tables/arrow.ts')).decodeArrow(bytes, name, options);
    case 'parquet':
      return await readParquetBytes(bytes, name, options);
  }
}

async function readParquetFile(file: string, name: string, options: ReadTableOptions): Promise<Table> {
  const { readParquet } = await import('./tables/read-parquet.ts');
  return await readParquet(file, name, options);
}

async function readParquetBytes(bytes: Uint8Array, name: string, options: ReadTableOptions): Promise<Table> {
  const file = path.join(scratchDirectory(), `${createUid()}.parquet`);
  try {
    await writeFile(file, bytes);
    return await readParquetFile(file, name, options);
  } finally {
    await rm(file, { force: true });
  }
}

async function readBytes(file: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw explainFileError(error, name);
  }
}

async function refuseEmptyFile(file: string, name: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw explainFileError(error, name);
  });
  if (found.isDirectory()) throw explainFileError({ code: 'EISDIR' }, name);
  refuseEmpty(found.size, name);
}

function refuseEmpty(size: number, name: string): void {
  if (size === 0)
    throw datasetEmpty(`"${name}" is empty: it has no columns and no rows`, {
      hint: 'check what was to write this file',
    });
}

async function unzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    const cut = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
    throw tableMalformed(
      `"${name}" ${cut ? 'is cut off: its gzip data ends too early' : 'is not gzip data'}`,
      {
        hint: cut ? 'copy or download it again' : 'remove ".gz" from its name if it is not compressed',
        cause: error,
      },
    );
  }
}
