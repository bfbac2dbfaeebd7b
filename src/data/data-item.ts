import type { ReadTableOptions, Table } from './table.ts';

/**
 * A handle on bytes somewhere: a file, a URL, something in memory, or an artifact of the store. Nothing is read before
 * it is asked for. A handler's parameter of this type is an input; a run may give it as path, URL, `store://…` or artifact.
 */
export interface DataItem {
  readonly slipwayType: 'data-item';
  /** Name of the input it was given for, else the last part of its URL. */
  readonly key: string;
  /** Absolute: `file:///…`, `https://…`, `memory://…`, `store://project/key@sha256:…`. */
  readonly url: string;
  /** File name with extension, by which formats are recognised; `data.csv.gz` is a gzipped CSV. */
  readonly name: string;
  /** The bytes, or a part of them. */
  get(range?: { offset?: number; length?: number }): Promise<Uint8Array>;
  text(): Promise<string>;
  json<T = unknown>(): Promise<T>;
  /** Replaces the content. Refused with `DATA_READ_ONLY` for http and artifacts. */
  put(data: string | Uint8Array): Promise<void>;
  stat(): Promise<DataStat>;
  /** Names of what lies below, when it is a folder. */
  ls(): Promise<readonly string[]>;
  /** Path of the content on the local disk; fetched first when it is elsewhere. */
  local(): Promise<string>;
  /** The rows and columns of CSV, TSV, JSON, NDJSON, Arrow or Parquet; the format is told by the name, or given. */
  table(options?: ReadTableOptions): Promise<Table>;
}

export interface DataStat {
  /** Bytes. */
  readonly size: number;
  readonly isDirectory: boolean;
  /** ISO 8601, where the store tells. */
  readonly modifiedAt?: string;
  readonly contentType?: string;
}

/** Where data items read and write: one adapter a URL scheme. S3 and others plug in here. */
export interface DataStore {
  readonly schemes: readonly string[];
  readonly writable: boolean;
  stat(url: URL): Promise<DataStat>;
  read(url: URL, range?: { offset?: number; length?: number }): Promise<Uint8Array>;
  stream(url: URL): Promise<AsyncIterable<Uint8Array>>;
  write?(url: URL, data: Uint8Array): Promise<void>;
  list?(url: URL): Promise<readonly string[]>;
  /** Path on the local disk where the content already is one. */
  localPath?(url: URL): string | undefined;
  /** Fetches the content to the local disk, where the store can do better than writing what `stream` gives. */
  download?(url: URL): Promise<LocalCopy>;
}

/** Content fetched to the local disk. */
export interface LocalCopy {
  readonly path: string;
  /** Media type, where the store tells; a format is told by it when the name is silent. */
  readonly contentType?: string;
}
