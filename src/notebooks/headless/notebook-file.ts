import { createHash } from 'node:crypto';
import type { Json } from '../../core/json.ts';
import { parseNotebook } from '../parse-notebook.ts';

/** A notebook file (nbformat 4.5) whole: outputs, metadata and unknown fields included. */
export interface NotebookFile {
  readonly cells: readonly FileCell[];
  readonly metadata: Readonly<Record<string, Json>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly [field: string]: unknown;
}

/** A cell as the file has it; `outputs` and `execution_count` on code cells only. */
export interface FileCell {
  readonly cell_type: 'code' | 'markdown' | 'raw';
  readonly id: string;
  readonly metadata: Readonly<Record<string, Json>>;
  readonly source: string;
  readonly outputs?: readonly CellOutput[];
  readonly execution_count?: number | null;
  readonly [field: string]: unknown;
}

/** Data by media type. */
export type MimeBundle = Readonly<Record<string, Json>>;

export type CellOutput =
  | { readonly output_type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly output_type: 'display_data';
      readonly data: MimeBundle;
      readonly metadata: Readonly<Record<string, Json>>;
    }
  | {
      readonly output_type: 'execute_result';
      readonly data: MimeBundle;
      readonly metadata: Readonly<Record<string, Json>>;
      readonly execution_count: number | null;
    }
  | {
      readonly output_type: 'error';
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

type Raw = Readonly<Record<string, unknown>>;

/**
 * Reads a notebook so that it can be written again without loss. Older files get cell ids, as nbformat 4.5 wants them.
 * @throws NOTEBOOK_INVALID as `parseNotebook`
 */
export function parseNotebookFile(text: string, path: string): NotebookFile {
  // everything that makes a file unreadable is checked there
  parseNotebook(text, path);
  const root = JSON.parse(text.replace(/^\uFEFF/, '')) as Raw & { cells: readonly Raw[] };
  const taken = new Set<string>();
  return {
    ...root,
    metadata: recordOf(root.metadata),
    nbformat: 4,
    nbformat_minor: Math.max(5, Number(root.nbformat_minor) || 0),
    cells: root.cells.map((cell, index) => parseFileCell(cell, index, taken)),
  };
}

function parseFileCell(raw: Raw, index: number, taken: Set<string>): FileCell {
  const source = joined(raw.source).replace(/\r\n?/g, '\n');
  const type = raw.cell_type === 'code' || raw.cell_type === 'markdown' ? raw.cell_type : 'raw';
  const cell = {
    ...raw,
    cell_type: type,
    id: uniqueId(raw.id, index, source, taken),
    metadata: recordOf(raw.metadata),
    source,
  } as const;
  if (type !== 'code') return cell;
  const outputs = Array.isArray(raw.outputs) ? raw.outputs : [];
  const count = raw.execution_count;
  return {
    ...cell,
    outputs: outputs.map(parseOutput),
    execution_count: typeof count === 'number' ? count : null,
  };
}

function parseOutput(raw: Raw): CellOutput {
  if (raw.output_type === 'stream') return { ...raw, text: joined(raw.text) } as CellOutput;
  if (raw.output_type === 'error') return raw as CellOutput;
  const data = Object.entries(recordOf(raw.data)).map(([type, value]) => [
    type,
    Array.isArray(value) && !type.endsWith('json') ? joined(value) : value,
  ]);
  return { ...raw, data: Object.fromEntries(data), metadata: recordOf(raw.metadata) } as CellOutput;
}

function uniqueId(given: unknown, index: number, source: string, taken: Set<string>): string {
  const wanted =
    typeof given === 'string' && /^[\w-]{1,64}$/.test(given) && !taken.has(given)
      ? given
      : `cell-${createHash('sha256').update(`${index}\n${source}`).digest('hex').slice(0, 12)}`;
  taken.add(wanted);
  return wanted;
}

const joined = (value: unknown): string => (Array.isArray(value) ? value.join('') : String(value ?? ''));

function recordOf(value: unknown): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {};
}

/** The file's text as Jupyter writes it: indented by one space, texts as lists of lines, keys sorted, a newline at the end. */
export function renderNotebookFile(notebook: NotebookFile): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.outputs === undefined ? {} : { outputs: cell.outputs.map(renderOutput) }),
  }));
  return `${JSON.stringify(sorted({ ...notebook, cells }), undefined, 1)}\n`;
}

function renderOutput(output: CellOutput): object {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  if (output.output_type === 'error') return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === 'string' && (type.startsWith('text/') || type === 'image/svg+xml')
      ? lines(value)
      : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

/** Every line with its line break, as nbformat keeps multi-line texts. */
const lines = (text: string): readonly string[] => (text === '' ? [] : text.split(/(?<=\n)/));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** Tags of a cell. */
export function tagsOf(cell: FileCell): readonly string[] {
  const { tags } = cell.metadata;
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
}
