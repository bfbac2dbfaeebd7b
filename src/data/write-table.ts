import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { writeFileAtomic } from '../core/atomic-file.ts';
import { createUid } from '../core/id.ts';
import { explainFileError } from './stores/file-error.ts';
import type { Table, TableFormat } from './table.ts';
import { isGzipName, requireTableFormat } from './tables/table-format.ts';

/**
 * Writes a table to a local file, whole or not at all. The format is told by the name unless given; a name ending in `.gz`
 * compresses. The same rows give the same bytes in every format.
 */
export async function writeTable(
  table: Table,
  file: string,
  options: { readonly format?: TableFormat } = {},
): Promise<void> {
  const format = options.format ?? requireTableFormat(file);
  if (format === 'parquet' && !isGzipName(file)) return await writeParquetFile(table, file);
  const bytes = await encodeTable(table, format);
  writeFileAtomic(file, isGzipName(file) ? await promisify(gzip)(bytes) : bytes);
}

/** The bytes of a table in a format. */
export async function encodeTable(table: Table, format: TableFormat): Promise<Uint8Array> {
  switch (format) {
    case 'csv':
      return Buffer.from(table.toCsv());
    case 'tsv':
      return Buffer.from((await import('./tables/render-csv.ts')).renderCsv(table, '\t'));
    case 'json':
      return Buffer.from((await import('./tables/json.ts')).encodeJson(table));
    case 'ndjson':
      return Buffer.from((await import('./tables/json.ts')).encodeNdjson(table));
    case 'arrow':
      return await (await import('./tables/arrow.ts')).encodeArrow(table);
    case 'parquet':
      return await (await import('./tables/parquet.ts')).encodeParquet(table);
  }
}

async function writeParquetFile(table: Table, file: string): Promise<void> {
  const { writeParquet } = await import('./tables/parquet.ts');
  const aside = `${file}.${createUid()}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeParquet(table, aside, file);
    await rename(aside, file);
  } catch (error) {
    throw explainFileError(error, file);
  } finally {
    await rm(aside, { force: true });
  }
}
