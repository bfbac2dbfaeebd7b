import { createHash } from 'node:crypto';
import { notebookInvalid } from './errors.ts';
import type { Cell, Notebook } from './notebook.ts';
import { parseJsonText } from './parse-json-text.ts';

const typescriptNames: ReadonlySet<string> = new Set([
  'typescript',
  'javascript',
  'ts',
  'js',
  'tslab',
  'jslab',
  'deno',
]);
const excludingTags: readonly string[] = [
  'ignore',
  'slipway-ignore',
  'mlrun-ignore',
  'injected-parameters',
  'skip-execution',
  'raises-exception',
];

/**
 * Reads an `.ipynb` file (nbformat 4). Cells in other languages than TypeScript and JavaScript, and cells tagged to be
 * ignored, stay in the list as `excluded` so that numbers agree with what the reader sees.
 * @param path only for messages and the result
 * @throws NOTEBOOK_INVALID with line and column, or naming the cell
 */
export function parseNotebook(text: string, path: string): Notebook {
  const root = parseJsonText(text.replace(/^\uFEFF/, ''), path);
  if (!isRecord(root)) throw invalid(path, 'its content is not an object');
  const format = root.nbformat;
  if (format !== 4)
    throw invalid(
      path,
      format === undefined ? 'it has no "nbformat"' : `its "nbformat" is ${JSON.stringify(format)}, not 4`,
      'open the notebook in Jupyter and save it; that converts it to the current format',
    );
  if (!Array.isArray(root.cells)) throw invalid(path, 'it has no list of "cells"');
  const metadata = isRecord(root.metadata) ? root.metadata : {};
  const language = notebookLanguage(metadata);
  const kernel = isRecord(metadata.kernelspec) ? metadata.kernelspec.name : undefined;
  const cells: Cell[] = [];
  let count = 0;
  for (const [index, raw] of root.cells.entries()) {
    if (!isRecord(raw)) throw invalid(path, `entry ${index + 1} of "cells" is not an object`);
    if (raw.cell_type !== 'code') continue;
    // numbers are those of the notebook before it was executed with parameters
    if (!tagsOf(raw).includes('injected-parameters')) count += 1;
    cells.push(parseCell(raw, count, language, path));
  }
  const notes = cells
    .filter((cell) => cell.excluded?.startsWith('language'))
    .map((cell) => `cell ${cell.number} is skipped: its ${cell.excluded}`);
  return { path, language, ...(typeof kernel === 'string' ? { kernel } : {}), cells, notes };
}

function parseCell(raw: Record<string, unknown>, number: number, language: string, path: string): Cell {
  const source = joinSource(raw.source, number, path);
  const metadata = isRecord(raw.metadata) ? raw.metadata : {};
  const tags = tagsOf(raw);
  const vscode = metadata.vscode;
  const own = isRecord(vscode) && typeof vscode.languageId === 'string' ? vscode.languageId : language;
  const excluded = excludedBecause(own, tags);
  const id = typeof raw.id === 'string' ? raw.id : derivedId(number, source);
  return { number, id, source, tags, ...(excluded === undefined ? {} : { excluded }) };
}

function tagsOf({ metadata }: Record<string, unknown>): readonly string[] {
  const tags = isRecord(metadata) ? metadata.tags : undefined;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

function joinSource(source: unknown, number: number, path: string): string {
  const parts = Array.isArray(source) ? source : [source ?? ''];
  if (!parts.every((part) => typeof part === 'string'))
    throw invalid(path, `the source of code cell ${number} is neither text nor a list of lines`);
  return parts.join('').replace(/\r\n?/g, '\n');
}

function excludedBecause(language: string, tags: readonly string[]): string | undefined {
  if (!typescriptNames.has(language.toLowerCase())) return `language is ${language}`;
  const tag = tags.find((candidate) => excludingTags.includes(candidate));
  return tag === undefined ? undefined : `it is tagged "${tag}"`;
}

function notebookLanguage(metadata: Record<string, unknown>): string {
  const info = metadata.language_info;
  const kernel = metadata.kernelspec;
  if (isRecord(info) && typeof info.name === 'string') return info.name;
  if (isRecord(kernel) && typeof kernel.language === 'string') return kernel.language;
  if (isRecord(kernel) && typeof kernel.name === 'string') return kernel.name;
  // a file without kernel metadata was not written by another kernel either
  return 'typescript';
}

function derivedId(number: number, source: string): string {
  return `cell-${createHash('sha256').update(`${number}\n${source}`).digest('hex').slice(0, 12)}`;
}

function invalid(path: string, reason: string, hint?: string): Error {
  return notebookInvalid(`notebook "${path}" cannot be read: ${reason}`, {
    hint:
      hint ?? 'the file must be a Jupyter notebook (nbformat 4); an older copy may be in .ipynb_checkpoints',
    location: { notebook: path },
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
