import { unknownTableFormat } from '../errors.ts';
import type { TableFormat } from '../table.ts';

const extensions: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  arrow: 'arrow',
  ipc: 'arrow',
  feather: 'arrow',
  parquet: 'parquet',
  pq: 'parquet',
};

const mediaTypes: Readonly<Record<string, TableFormat>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/vnd.apache.arrow.file': 'arrow',
  'application/vnd.apache.arrow.stream': 'arrow',
  'application/vnd.apache.parquet': 'parquet',
};

/** Whether a file's name says that it is gzipped. */
export const isGzipName = (name: string): boolean => /\.gz$/i.test(name);

/** The format of a table by its file's name (`.gz` aside), or by its media type where the name is silent. */
export function tableFormatOf(name: string, contentType?: string): TableFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(name.replace(/\.gz$/i, ''))?.[1]?.toLowerCase();
  const byName = extension === undefined ? undefined : extensions[extension];
  return byName ?? mediaTypes[contentType?.split(';')[0]?.trim().toLowerCase() ?? ''];
}

/** As `tableFormatOf`, but refuses a name that tells nothing. */
export function requireTableFormat(name: string, contentType?: string): TableFormat {
  const format = tableFormatOf(name, contentType);
  if (format) return format;
  throw unknownTableFormat(`the name "${name}" does not tell the format of the table`, {
    hint: "use .csv, .tsv, .json, .ndjson, .arrow or .parquet (also with .gz), or give it: table({ format: 'csv' })",
  });
}
