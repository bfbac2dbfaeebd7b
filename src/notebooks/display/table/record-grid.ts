import type { ArtifactRecord } from '../../../tracking/run.ts';
import { cellText, type Grid, mostColumns } from './grid.ts';

interface TableMetadata {
  readonly schema?: readonly { readonly name: string; readonly type: string }[];
  readonly rowCount?: number;
  readonly preview?: readonly Readonly<Record<string, unknown>>[];
}

/** The first rows that the record of a dataset or table keeps; undefined where it keeps none. Reads no file. */
export function recordGrid({ metadata }: ArtifactRecord, rows: number): Grid | undefined {
  const { schema, rowCount, preview } = (metadata ?? {}) as TableMetadata;
  if (!Array.isArray(schema) || !Array.isArray(preview) || typeof rowCount !== 'number') return undefined;
  if (preview.length === 0) return undefined;
  const columns = schema.slice(0, mostColumns);
  return {
    columns: columns.map(({ name, type }) => ({
      name,
      type,
      isNumber: type === 'integer' || type === 'number',
    })),
    rows: preview.slice(0, rows).map((row) => columns.map(({ name }) => cellText(row[name]))),
    rowCount,
    columnCount: schema.length,
  };
}
