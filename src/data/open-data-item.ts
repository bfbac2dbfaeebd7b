import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStoreUri, parseStoreUri } from '../core/store-uri.ts';
import type { RunStore } from '../tracking/store.ts';
import { ArtifactItem } from './artifact-item.ts';
import type { DataItem } from './data-item.ts';
import { dataStoreFor } from './data-store.ts';
import { invalidDataReference } from './errors.ts';
import { splitMember } from './split-member.ts';
import { createUrlItem } from './url-item.ts';

export interface OpenDataItemOptions {
  /** Where `store://` references are looked up. */
  readonly store?: RunStore;
  /** Folder that relative paths start from. @default the current folder */
  readonly baseDirectory?: string;
  /** Name of the input it is opened for. @default the last part of the URL */
  readonly key?: string;
}

/**
 * A data item on a path, a URL (`file:`, `http:`, `https:`, `memory:`, `store:` or a registered scheme), or the item itself;
 * `store://project/key#name` is one file of a model or folder.
 * Nothing is read yet: what does not exist is found out by the first method called.
 * Throws `INVALID_DATA_REFERENCE`.
 *
 * @example await openDataItem('penguins.csv').table()
 */
export function openDataItem(
  reference: string | URL | DataItem,
  options: OpenDataItemOptions = {},
): DataItem {
  if (isDataItem(reference)) return reference;
  const text = String(reference);
  if (text.trim() === '')
    throw invalidDataReference(`the reference to the data${forInput(options.key)} is empty`, {
      hint: 'give a path, a URL or store://project/key',
    });
  if (text.includes('\0'))
    throw invalidDataReference(`"${text.replaceAll('\0', '\\0')}" is no path: it contains a NUL character`, {
      hint: 'remove the character',
    });
  if (isStoreUri(text)) return openStoreUri(text, options);
  const url = toUrl(text, options.baseDirectory ?? process.cwd());
  return createUrlItem(url, dataStoreFor(url), options.key);
}

/** Whether a value is a data item or an artifact, of whatever copy of the package. */
export function isDataItem(value: unknown): value is DataItem {
  return (
    typeof value === 'object' && value !== null && (value as Partial<DataItem>).slipwayType === 'data-item'
  );
}

function openStoreUri(uri: string, options: OpenDataItemOptions): DataItem {
  const { artifact, member } = splitMember(uri);
  parseStoreUri(artifact);
  if (options.store) return new ArtifactItem(options.store, artifact, { key: options.key, member });
  throw invalidDataReference(`"${uri}" cannot be read: no store was given to look it up in`, {
    hint: 'open it through a run context or a project, or pass { store }',
  });
}

function toUrl(text: string, baseDirectory: string): URL {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return pathToFileURL(path.resolve(baseDirectory, text));
  if (!URL.canParse(text))
    throw invalidDataReference(`"${text}" is no valid URL`, { hint: 'check its spelling' });
  const url = new URL(text);
  if (url.username === '' && url.password === '') return url;
  const shown = new URL(url);
  [shown.username, shown.password] = ['', ''];
  throw invalidDataReference(`the URL of "${shown.href}" carries a user name or password`, {
    hint: 'URLs are kept in records that others read: leave it out, and fetch the data with credentials from a secret',
  });
}

const forInput = (key: string | undefined): string => (key === undefined ? '' : ` of input "${key}"`);
