import type { ArtifactKind, ArtifactRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { Artifact, Dataset, Model, ModelManifest } from './artifact.ts';
import { ArtifactItem } from './artifact-item.ts';
import type { DataItem } from './data-item.ts';
import { printAs } from './print-as.ts';
import { renderArtifact } from './render-artifact.ts';
import { splitMember } from './split-member.ts';

/** What `JSON.stringify` gives for an artifact, and what a record keeps of one that a handler returned. */
export interface ArtifactReference {
  readonly key: string;
  readonly kind: ArtifactKind;
  readonly uri: string;
  readonly digest: string;
}

/**
 * The artifact that a record describes: a `Dataset` or `Model` for those kinds. Reads nothing yet.
 * `key` names the input it is opened for. @default the record's key
 */
export function openArtifact(
  store: RunStore,
  record: ArtifactRecord,
  key?: string,
): Artifact | Dataset | Model {
  switch (record.kind) {
    case 'dataset':
      return new OpenedDataset(store, record, 'dataset', key);
    case 'model':
      return new OpenedModel(store, record, 'model', key);
    default:
      return new OpenedArtifact(store, record, record.kind, key);
  }
}

/** What a `store://` reference means once its record is known: the artifact, or the file of it that stands behind `#`. */
export function openReferred(
  store: RunStore,
  reference: string,
  record: ArtifactRecord,
  key?: string,
): Artifact | DataItem {
  const { member } = splitMember(reference);
  return member === undefined
    ? openArtifact(store, record, key)
    : new ArtifactItem(store, record, { key, member });
}

/** Whether a value is an artifact (a dataset and a model are), of whatever copy of the package. */
export function isArtifact(value: unknown): value is Artifact {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Partial<Artifact>).slipwayType === 'data-item' &&
    typeof (value as Partial<Artifact>).artifactKind === 'string'
  );
}

class OpenedArtifact<Kind extends ArtifactKind> extends ArtifactItem implements Artifact<Kind> {
  readonly artifactKind: Kind;
  readonly record: ArtifactRecord;

  constructor(store: RunStore, record: ArtifactRecord, kind: Kind, key: string | undefined) {
    super(store, record, { key });
    this.artifactKind = kind;
    this.record = record;
  }

  static {
    printAs(OpenedArtifact.prototype, (artifact) => renderArtifact(artifact.record));
  }

  override toJSON(): ArtifactReference {
    const { key, kind, uri, digest } = this.record;
    return { key, kind, uri, digest };
  }
}

class OpenedDataset extends OpenedArtifact<'dataset'> implements Dataset {
  get schema(): Dataset['schema'] {
    return (this.record.metadata?.schema ?? []) as unknown as Dataset['schema'];
  }

  get labelColumn(): string | undefined {
    const column = this.record.metadata?.labelColumn;
    return typeof column === 'string' ? column : undefined;
  }
}

class OpenedModel extends OpenedArtifact<'model'> implements Model {
  readonly #store: RunStore;

  constructor(store: RunStore, record: ArtifactRecord, kind: 'model', key: string | undefined) {
    super(store, record, kind, key);
    this.#store = store;
  }

  get manifest(): ModelManifest {
    const { framework, files, ...rest } = (this.record.metadata ?? {}) as unknown as Partial<ModelManifest>;
    return {
      ...rest,
      apiVersion: 'slipway/v1',
      kind: 'Model',
      framework: framework ?? 'unknown',
      files: files ?? this.record.files.filter((name) => name !== 'model.yaml'),
    };
  }

  file(name: string): DataItem {
    return new ArtifactItem(this.#store, this.record, { member: name });
  }
}
