import type { Json } from '../../core/json.ts';
import { type FileCell, type NotebookFile, tagsOf } from './notebook-file.ts';

/** Metadata that changes by itself: what Jupyter, VS Code and this package note about showing and executing. */
const volatileCell: ReadonlySet<string> = new Set([
  'collapsed',
  'scrolled',
  'execution',
  'ExecuteTime',
  'executionInfo',
  'heading_collapsed',
  'hidden',
  'jupyter',
  'outputId',
  'colab',
  'trusted',
  'papermill',
]);
const keptNotebook: ReadonlySet<string> = new Set([
  'kernelspec',
  'language_info',
  'slipway',
  'jupytext',
  'title',
  'authors',
]);
const keptLanguage: ReadonlySet<string> = new Set(['name', 'file_extension', 'mimetype']);

/** The notebook without outputs, counts, injected parameters and metadata that changes by itself. Ids, tags and sources stay. */
export function cleanNotebook(notebook: NotebookFile): NotebookFile {
  return {
    ...notebook,
    metadata: cleanMetadata(notebook.metadata),
    cells: notebook.cells.filter((cell) => !tagsOf(cell).includes('injected-parameters')).map(cleanCell),
  };
}

function cleanCell(cell: FileCell): FileCell {
  const metadata = pick(cell.metadata, (key) => !volatileCell.has(key));
  return cell.cell_type === 'code'
    ? { ...cell, metadata, outputs: [], execution_count: null }
    : { ...cell, metadata };
}

function cleanMetadata(metadata: NotebookFile['metadata']): NotebookFile['metadata'] {
  const kept = pick(metadata, (key) => keptNotebook.has(key));
  const language = kept.language_info;
  if (typeof language !== 'object' || language === null || Array.isArray(language)) return kept;
  return {
    ...kept,
    language_info: pick(language as Readonly<Record<string, Json>>, (key) => keptLanguage.has(key)),
  };
}

function pick(
  values: Readonly<Record<string, Json>>,
  keep: (key: string) => boolean,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keep(key)));
}
