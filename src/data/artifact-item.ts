import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { nearestName } from '../core/nearest-name.ts';
import { parseStoreUri } from '../core/store-uri.ts';
import type { ArtifactKind, ArtifactRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { DataItem, DataStat } from './data-item.ts';
import { dataNotFound, dataReadOnly, dataUnreadable } from './errors.ts';
import { parseItemJson } from './item-json.ts';
import { printAs } from './print-as.ts';
import { readTableAs } from './read-table.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { fileStore, fileUrl } from './stores/file-store.ts';
import type { ReadTableOptions, Table } from './table.ts';
import { decodeText } from './tables/decode-text.ts';
import { isGzipName, requireTableFormat } from './tables/table-format.ts';

/** A data item on a `store://` URI, which is looked up when it is first used; from then on it stays at that version. */
export class ArtifactItem implements DataItem {
  readonly slipwayType = 'data-item' as const;
  readonly key: string;
  readonly #store: RunStore;
  readonly #uri: string;
  readonly #member: string | undefined;
  #record: ArtifactRecord | undefined;
  #resolving: Promise<ArtifactRecord> | undefined;

  /** `member` is a file of the artifact; without it the item is the whole of it. */
  constructor(
    store: RunStore,
    reference: string | ArtifactRecord,
    options: { readonly key?: string | undefined; readonly member?: string | undefined } = {},
  ) {
    this.#store = store;
    this.#member = options.member;
    this.#record = typeof reference === 'string' ? undefined : reference;
    this.#uri = typeof reference === 'string' ? reference : reference.uri;
    this.key = options.key ?? this.#member ?? parseStoreUri(this.#uri).key;
  }

  static {
    printAs(ArtifactItem.prototype, (item) => `DataItem ${item.key}: ${item.url}`);
  }

  /** Pinned by digest once it was looked up. */
  get url(): string {
    const uri = this.#record?.uri ?? this.#uri;
    return this.#member === undefined ? uri : `${uri}#${this.#member}`;
  }

  get name(): string {
    const file =
      this.#member ?? (this.#record && !isFolder(this.#record.kind) ? this.#record.files[0] : undefined);
    return path.posix.basename(file ?? parseStoreUri(this.#uri).key);
  }

  /** The artifact's record. Throws `ARTIFACT_NOT_FOUND`. */
  async resolve(): Promise<ArtifactRecord> {
    if (this.#record) return this.#record;
    this.#resolving ??= this.#store.resolveArtifact(this.#uri).catch((error: unknown) => {
      this.#resolving = undefined;
      throw error;
    });
    const record = await this.#resolving;
    this.#record = record;
    return record;
  }

  async get(range?: { offset?: number; length?: number }): Promise<Uint8Array> {
    return await fileStore.read(fileUrl(await this.#file()), range);
  }

  async text(): Promise<string> {
    return decodeText(await readFile(await this.#file()), this.url, dataUnreadable);
  }

  async json<T = unknown>(): Promise<T> {
    return parseItemJson<T>(await this.text(), this.url);
  }

  put(): Promise<void> {
    return Promise.reject(
      dataReadOnly(`artifact "${this.url}" can only be read`, {
        hint: 'artifacts never change: store a new one with ctx.logArtifact()',
      }),
    );
  }

  async stat(): Promise<DataStat> {
    if (this.#member !== undefined) return await fileStore.stat(fileUrl(await this.#file()));
    const { size, kind, mediaType } = await this.resolve();
    return {
      size,
      isDirectory: isFolder(kind),
      ...(mediaType === undefined ? {} : { contentType: mediaType }),
    };
  }

  async ls(): Promise<readonly string[]> {
    return [...(await this.resolve()).files].sort();
  }

  async local(): Promise<string> {
    const record = await this.resolve();
    const whole = isFolder(record.kind) && this.#member === undefined;
    return whole ? await this.#directory() : await this.#file();
  }

  async table(options: ReadTableOptions = {}): Promise<Table> {
    const file = await this.#file();
    const format = options.format ?? requireTableFormat(this.name);
    return await readTableAs(file, { name: this.url, format, gzipped: isGzipName(this.name) }, options);
  }

  toJSON(): { uri: string } {
    return { uri: this.url };
  }

  async #directory(): Promise<string> {
    return await this.#store.artifactDirectory((await this.resolve()).digest);
  }

  async #file(): Promise<string> {
    const record = await this.resolve();
    const name = this.#member === undefined ? onlyFile(record) : namedFile(record, this.#member);
    const directory = await this.#directory();
    const file = path.join(directory, name);
    if (this.#member !== undefined || isFolder(record.kind) || existsSync(file)) return file;
    return await renamed(directory, name);
  }
}

/** Whether artifacts of a kind are folders even when they hold one file. */
export const isFolder = (kind: ArtifactKind): boolean => kind === 'model' || kind === 'dir';

/**
 * The one file of an artifact under the name it was stored by: equal content is kept once, under the name that came first.
 */
async function renamed(directory: string, name: string): Promise<string> {
  const [kept] = await readdir(directory);
  if (kept === undefined) return path.join(directory, name);
  const own = path.join(scratchDirectory(), path.basename(directory));
  const file = path.join(own, path.posix.basename(name));
  await mkdir(own, { recursive: true });
  if (!existsSync(file)) await symlink(path.join(directory, kept), file);
  return file;
}

function onlyFile(record: ArtifactRecord): string {
  if (isFolder(record.kind))
    throw dataUnreadable(`${record.kind} "${record.uri}" is a folder`, {
      hint: `name a file of it: ${record.files.map((file) => `"${file}"`).join(', ')}`,
    });
  const [name] = record.files;
  if (name !== undefined) return name;
  throw dataNotFound(`artifact "${record.uri}" has no file`, { hint: 'run what made it again' });
}

function namedFile(record: ArtifactRecord, name: string): string {
  if (record.files.includes(name)) return name;
  const near = nearestName(name, record.files);
  throw dataNotFound(`artifact "${record.uri}" has no file "${name}"`, {
    hint: near ? `did you mean "${near}"?` : `it has: ${record.files.map((file) => `"${file}"`).join(', ')}`,
  });
}
