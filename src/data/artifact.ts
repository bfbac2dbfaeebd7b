import type { Json } from '../core/json.ts';
import type { ArtifactKind, ArtifactRecord } from '../tracking/run.ts';
import type { DataItem } from './data-item.ts';
import type { ReadTableOptions, Row, Table, TableFormat } from './table.ts';

/** An artifact as a handler or notebook holds it: its record, and a data item on its content. */
export interface Artifact<Kind extends ArtifactKind = ArtifactKind> extends Omit<DataItem, 'slipwayType'> {
  readonly slipwayType: 'data-item';
  readonly artifactKind: Kind;
  readonly record: ArtifactRecord;
}

/** A dataset: a parameter of this type is an input that is read as a table. */
export interface Dataset extends Artifact<'dataset'> {
  readonly schema: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly labelColumn: string | undefined;
  table(options?: ReadTableOptions): Promise<Table>;
}

/** A model: a folder with `model.yaml` and files. A parameter of this type is an input. */
export interface Model extends Artifact<'model'> {
  readonly manifest: ModelManifest;
  /** A file of the model, e.g. `weights.json`. */
  file(name: string): DataItem;
}

/** `model.yaml` in a model's folder. */
export interface ModelManifest {
  readonly apiVersion: 'slipway/v1';
  readonly kind: 'Model';
  /** What reads the files: `slipway-predictor` for `predictor.json`, else the framework's own name. */
  readonly framework: string;
  readonly files: readonly string[];
  readonly algorithm?: string;
  readonly labelColumn?: string;
  readonly signature?: ModelSignature;
  readonly metrics?: Readonly<Record<string, number | string>>;
  readonly parameters?: Readonly<Record<string, Json>>;
  /** Profile of the training set (schema, statistics, histograms), the baseline for drift. */
  readonly trainingProfile?: Json;
}

export interface ModelSignature {
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly classes?: readonly string[];
  }[];
}

/** What can be logged as a file: text, bytes, a local path, or something that becomes JSON. */
export type FileContent = string | Uint8Array | { readonly path: string } | { readonly json: unknown };

export interface LogArtifactOptions {
  /** Name of the file in the artifact; tells the format. @default key plus the extension that fits */
  readonly name?: string;
  readonly kind?: 'file' | 'table' | 'plot' | 'dir';
  readonly mediaType?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, Json>>;
  readonly tags?: readonly string[];
}

/** What can be logged as a dataset. `apache-arrow` tables and arrays of plain objects are taken as they are. */
export type TableLike =
  | Table
  | readonly Row[]
  | readonly object[]
  | { readonly schema: unknown; readonly numRows: number };

export interface LogDatasetOptions {
  /** @default 'parquet' */
  readonly format?: TableFormat;
  /** Must be a column; recorded for training and drift. */
  readonly labelColumn?: string;
  /** Rows kept in the record for showing. @default 20 */
  readonly preview?: number;
  /** Statistics and histograms. @default true */
  readonly statistics?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

export interface LogModelOptions {
  /** Files of the model by name. */
  readonly files?: Readonly<Record<string, FileContent>>;
  /** A folder whose files are the model. */
  readonly directory?: string;
  /** A portable predictor (see data/predictor.ts): written as `predictor.json`, readable by `evaluate`, `batch-predict` and the model server. */
  readonly predictor?: object;
  readonly framework?: string;
  readonly algorithm?: string;
  readonly signature?: ModelSignature;
  /** Inferred signature and training profile come from here. */
  readonly trainingSet?: TableLike;
  readonly labelColumn?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

/** A plot: SVG or HTML text, PNG bytes, or a Vega-Lite specification. */
export type PlotContent =
  | string
  | Uint8Array
  | { readonly $schema?: string; readonly [key: string]: unknown };
