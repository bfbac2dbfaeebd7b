import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RunStore } from '../tracking/store.ts';
import type { Artifact, FileContent, LogArtifactOptions } from './artifact.ts';
import { copyFileInto, copyFolderInto } from './artifacts/copy-into.ts';
import { bytesOf, checkContent, isPath } from './artifacts/file-content.ts';
import { mediaTypeOf } from './artifacts/media-type.ts';
import { parseFileName, writeStaged } from './artifacts/staged-file.ts';
import {
  type ArtifactDescription,
  type ArtifactTarget,
  checkTarget,
  storeStaged,
} from './artifacts/store-staged.ts';
import { createTable } from './create-table.ts';
import { invalidArtifactContent } from './errors.ts';
import { openArtifact } from './open-artifact.ts';
import { readTable } from './read-table.ts';
import { savePlot } from './save-plot.ts';
import { saveTable } from './save-table.ts';
import { explainFileError } from './stores/file-error.ts';

export { saveDataset } from './save-dataset.ts';
export { saveModel } from './save-model.ts';
export { savePlot } from './save-plot.ts';
export { saveTable } from './save-table.ts';

/**
 * Stores text, bytes, JSON, a local file or a local folder as an artifact and gives the handle. A folder becomes a `dir`;
 * `kind: 'table'` reads the content as a table and `kind: 'plot'` as a plot. Tagging is left to the caller, who knows when
 * its run has recorded it. Throws `INVALID_ARTIFACT_CONTENT`, `DATA_NOT_FOUND`, `INVALID_NAME`, `DISK_FULL`.
 */
export async function saveArtifact(
  store: RunStore,
  target: ArtifactTarget,
  content: FileContent,
  options: LogArtifactOptions = {},
): Promise<Artifact> {
  checkTarget(target, options.tags);
  checkContent(target.key, content);
  if (options.kind === 'table') return await saveTableContent(store, target, content, options);
  if (options.kind === 'plot') return await savePlotContent(store, target, content, options);
  const record = await storeStaged(store, target, (staging) => fill(staging, target.key, content, options));
  return openArtifact(store, record);
}

async function fill(
  staging: string,
  key: string,
  content: FileContent,
  options: LogArtifactOptions,
): Promise<ArtifactDescription> {
  const { metadata, labels } = options;
  if (isPath(content) && (await isFolderPath(content.path))) {
    if (options.kind === 'file') throw notA('file', key, content.path, 'a folder');
    await copyFolderInto(content.path, staging, key);
    return { kind: 'dir', metadata, labels };
  }
  if (options.kind === 'dir') throw notA('dir', key, isPath(content) ? content.path : undefined, 'no folder');
  const name = parseFileName(options.name ?? defaultName(key, content), key);
  if (isPath(content)) await copyFileInto(content.path, staging, name);
  else await writeStaged(staging, name, bytesOf(content));
  return { kind: 'file', mediaType: options.mediaType ?? mediaTypeOf(name), metadata, labels };
}

async function saveTableContent(
  store: RunStore,
  target: ArtifactTarget,
  content: FileContent,
  options: LogArtifactOptions,
): Promise<Artifact> {
  const name = options.name ?? (isPath(content) ? path.basename(content.path) : undefined);
  if (typeof content === 'object' && 'json' in content) {
    const rows = content.json;
    if (Array.isArray(rows)) return await saveTable(store, target, createTable(rows as object[]), options);
    throw invalidArtifactContent(`the JSON of table "${target.key}" is not an array of rows`, {
      hint: 'give an array of objects: [{ a: 1 }, { a: 2 }]',
    });
  }
  const bytes = isPath(content) ? await readLocal(content.path) : Buffer.from(content);
  const table = await readTable(bytes, name ?? `${target.key}.csv`);
  return await saveTable(store, target, table, name === undefined ? options : { ...options, name });
}

async function savePlotContent(
  store: RunStore,
  target: ArtifactTarget,
  content: FileContent,
  options: LogArtifactOptions,
): Promise<Artifact> {
  const labels = options.labels === undefined ? {} : { labels: options.labels };
  if (typeof content === 'string' || content instanceof Uint8Array)
    return await savePlot(store, target, content, labels);
  if (isPath(content)) return await savePlot(store, target, await readLocal(content.path), labels);
  return await savePlot(store, target, content.json as Readonly<Record<string, unknown>>, labels);
}

async function readLocal(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((error: unknown) => {
    throw explainFileError(error, file);
  });
}

async function isFolderPath(file: string): Promise<boolean> {
  const found = await stat(file).catch((error: unknown) => {
    throw explainFileError(error, file);
  });
  return found.isDirectory();
}

function defaultName(key: string, content: FileContent): string {
  if (isPath(content)) return path.basename(path.resolve(content.path));
  const base = path.posix.basename(key);
  if (/\.[A-Za-z0-9]{1,8}$/.test(base)) return base;
  if (typeof content === 'string') return `${base}.txt`;
  return content instanceof Uint8Array ? `${base}.bin` : `${base}.json`;
}

function notA(kind: string, key: string, file: string | undefined, is: string): Error {
  const content = file === undefined ? 'its content' : `"${file}"`;
  return invalidArtifactContent(`artifact "${key}" is to be of kind "${kind}", but ${content} is ${is}`, {
    hint: kind === 'dir' ? 'give { path: "folder" }' : 'leave `kind` out, or give a file',
  });
}
