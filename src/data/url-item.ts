import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createUid } from '../core/id.ts';
import type { DataItem, DataStat, DataStore, LocalCopy } from './data-item.ts';
import { dataReadOnly, dataUnreadable } from './errors.ts';
import { parseItemJson } from './item-json.ts';
import { printAs } from './print-as.ts';
import { readTable, readTableAs } from './read-table.ts';
import { scratchDirectory } from './scratch-directory.ts';
import type { ReadTableOptions, Table } from './table.ts';
import { decodeText } from './tables/decode-text.ts';
import { isGzipName, requireTableFormat } from './tables/table-format.ts';

/** A data item on a URL that a data store reads. */
export function createUrlItem(url: URL, store: DataStore, key?: string): DataItem {
  return new UrlItem(url, store, key);
}

class UrlItem implements DataItem {
  readonly slipwayType = 'data-item' as const;
  readonly key: string;
  readonly url: string;
  readonly name: string;
  readonly #url: URL;
  readonly #store: DataStore;
  /** The copy fetched first: everything read through this item is the same version. */
  #copy: Promise<LocalCopy> | undefined;

  constructor(url: URL, store: DataStore, key: string | undefined) {
    this.#url = url;
    this.#store = store;
    this.url = url.href;
    this.name = lastPart(url);
    this.key = key ?? this.name;
  }

  static {
    printAs(UrlItem.prototype, (item) => `DataItem ${item.key}: ${item.url}`);
  }

  async get(range?: { offset?: number; length?: number }): Promise<Uint8Array> {
    checkRange(range);
    if (this.#store.download === undefined) return await this.#store.read(this.#url, range);
    if (range && this.#copy === undefined) return await this.#store.read(this.#url, range);
    const bytes = await readFile(await this.local());
    const offset = range?.offset ?? 0;
    return bytes.subarray(offset, range?.length === undefined ? undefined : offset + range.length);
  }

  async text(): Promise<string> {
    return decodeText(await this.get(), this.#shown(), dataUnreadable);
  }

  async json<T = unknown>(): Promise<T> {
    return parseItemJson<T>(await this.text(), this.#shown());
  }

  async put(data: string | Uint8Array): Promise<void> {
    if (!this.#store.writable || this.#store.write === undefined)
      throw dataReadOnly(`"${this.url}" can only be read`, {
        hint: 'put() works for files and memory:// items; a run stores what it makes with ctx.logArtifact()',
      });
    await this.#store.write(this.#url, typeof data === 'string' ? Buffer.from(data) : data);
    this.#copy = undefined;
  }

  async stat(): Promise<DataStat> {
    return await this.#store.stat(this.#url);
  }

  async ls(): Promise<readonly string[]> {
    if (this.#store.list) return await this.#store.list(this.#url);
    throw dataUnreadable(`"${this.url}" cannot be listed`, { hint: 'name a single file' });
  }

  async local(): Promise<string> {
    const own = this.#store.localPath?.(this.#url);
    if (own !== undefined) {
      await this.#store.stat(this.#url);
      return own;
    }
    if (this.#store.download) return (await this.#fetched()).path;
    return await writeCopy(this.#url, this.#store, this.name);
  }

  async table(options: ReadTableOptions = {}): Promise<Table> {
    const own = this.#store.localPath?.(this.#url);
    if (own !== undefined) {
      await this.#store.stat(this.#url);
      return await readTable(own, this.#shown(), options);
    }
    if (this.#store.download === undefined) return await readTable(await this.get(), this.name, options);
    const { path: file, contentType } = await this.#fetched();
    const format = options.format ?? requireTableFormat(this.name, contentType);
    const gzipped = isGzipName(this.name) ? 'maybe' : false;
    return await readTableAs(file, { name: this.#shown(), format, gzipped }, options);
  }

  toJSON(): { uri: string } {
    return { uri: this.url };
  }

  #fetched(): Promise<LocalCopy> {
    const { download } = this.#store;
    if (download === undefined)
      throw dataUnreadable(`"${this.url}" cannot be fetched`, { hint: 'use get()' });
    this.#copy ??= download.call(this.#store, this.#url).catch((error: unknown) => {
      this.#copy = undefined;
      throw error;
    });
    return this.#copy;
  }

  /** How messages name it: a file by its path, anything else by its URL. */
  #shown(): string {
    return this.#store.localPath?.(this.#url) ?? this.url;
  }
}

/** A copy in the process's scratch folder, for stores that have no better way. */
async function writeCopy(url: URL, store: DataStore, name: string): Promise<string> {
  const directory = path.join(scratchDirectory(), createUid());
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, path.basename(name));
  const aside = `${file}.part`;
  try {
    await pipeline(await store.stream(url), createWriteStream(aside));
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
  return file;
}

function checkRange(range: { offset?: number; length?: number } | undefined): void {
  for (const [name, value] of Object.entries(range ?? {}))
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0))
      throw dataUnreadable(`the ${name} ${value} of a range is not a number of bytes`, {
        hint: 'give whole numbers from 0',
      });
}

function lastPart(url: URL): string {
  const parts = `${url.host}${url.pathname}`.split('/').filter((part) => part !== '');
  const last = parts.at(-1) ?? url.protocol.slice(0, -1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
