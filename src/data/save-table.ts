import path from 'node:path';
import type { Json } from '../core/json.ts';
import type { RunStore } from '../tracking/store.ts';
import type { Artifact, TableLike } from './artifact.ts';
import { mediaTypeOf } from './artifacts/media-type.ts';
import { parseFileName } from './artifacts/staged-file.ts';
import { type ArtifactTarget, checkTarget, storeStaged } from './artifacts/store-staged.ts';
import { tableMetadata } from './artifacts/table-metadata.ts';
import { createTable } from './create-table.ts';
import { openArtifact } from './open-artifact.ts';
import { tableFormatOf } from './tables/table-format.ts';
import { writeTable } from './write-table.ts';

export interface SaveTableOptions {
  /** File name; tells the format. @default the key with `.csv` */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, Json>>;
  readonly tags?: readonly string[];
}

/** Stores a table for showing (the trials of a sweep, a confusion matrix): kind `table`, with schema and preview. */
export async function saveTable(
  store: RunStore,
  target: ArtifactTarget,
  content: TableLike,
  options: SaveTableOptions = {},
): Promise<Artifact<'table'>> {
  checkTarget(target, options.tags);
  const table = createTable(content);
  const base = path.posix.basename(target.key);
  const given = options.name ?? (tableFormatOf(base) ? base : `${base}.csv`);
  const name = parseFileName(given, target.key);
  const format = tableFormatOf(name) ?? 'csv';
  const record = await storeStaged(store, target, async (staging) => {
    await writeTable(table, path.join(staging, ...name.split('/')), { format });
    const described = tableMetadata(table, { format, statistics: false });
    return {
      kind: 'table',
      mediaType: mediaTypeOf(name),
      metadata: { ...described, ...options.metadata },
      labels: options.labels,
    };
  });
  return openArtifact(store, record) as Artifact<'table'>;
}
