import path from 'node:path';
import type { SlipwayError } from '../core/error.ts';
import type { RunStore } from '../tracking/store.ts';
import type { Dataset, LogDatasetOptions, TableLike } from './artifact.ts';
import { checkLabelColumn } from './artifacts/label-column.ts';
import { mediaTypeOf } from './artifacts/media-type.ts';
import { type ArtifactTarget, checkTarget, storeStaged } from './artifacts/store-staged.ts';
import { tableMetadata } from './artifacts/table-metadata.ts';
import { createTable } from './create-table.ts';
import { datasetEmpty, invalidTable } from './errors.ts';
import { openArtifact } from './open-artifact.ts';
import type { Table, TableFormat } from './table.ts';
import { writeTable } from './write-table.ts';

const formats: ReadonlySet<string> = new Set<TableFormat>([
  'csv',
  'tsv',
  'json',
  'ndjson',
  'arrow',
  'parquet',
]);

/**
 * Stores a table as a dataset and gives the handle; the record has schema, statistics, histograms, preview and label column.
 * The same rows always get the same digest. Tagging it is left to the caller, who knows when its run has recorded it.
 * Throws `LABEL_COLUMN_NOT_FOUND`, `DATASET_EMPTY`, `INVALID_TABLE`, `TABLE_TYPE_MISMATCH`.
 */
export async function saveDataset(
  store: RunStore,
  target: ArtifactTarget,
  content: TableLike,
  options: LogDatasetOptions = {},
): Promise<Dataset> {
  checkTarget(target, options.tags);
  const { format = 'parquet', labelColumn, preview, statistics } = options;
  if (!formats.has(format))
    throw invalidTable(`dataset "${target.key}" cannot be written as "${format}"`, {
      hint: `use one of ${[...formats].join(', ')}`,
    });
  const table = tableOf(target.key, content);
  if (table.columns.length === 0)
    throw datasetEmpty(`dataset "${target.key}" is empty: it has no columns and no rows`, {
      hint: 'log at least one row, or a table with columns',
    });
  checkLabelColumn(table, labelColumn, `dataset "${target.key}"`);
  const base = path.posix.basename(target.key);
  const name = base.endsWith(`.${format}`) ? base : `${base}.${format}`;
  const record = await storeStaged(store, target, async (staging) => {
    await writeTable(table, path.join(staging, name), { format });
    return {
      kind: 'dataset',
      mediaType: mediaTypeOf(name),
      metadata: tableMetadata(table, { format, labelColumn, preview, statistics }),
      labels: options.labels,
    };
  });
  return openArtifact(store, record) as Dataset;
}

/** Which dataset it was to be is part of what is wrong with a table. */
function tableOf(key: string, content: TableLike): Table {
  try {
    return createTable(content);
  } catch (error) {
    if (!invalidTable.is(error)) throw error;
    const { message, hint } = error as SlipwayError;
    throw invalidTable(`dataset "${key}": ${message}`, { hint, cause: error });
  }
}
