import { createUid } from '../core/id.ts';
import { renderStoreUri } from '../core/store-uri.ts';
import { openDataItem } from '../data/open-data-item.ts';
import { saveArtifact, saveDataset, saveModel } from '../data/save-artifact.ts';
import { artifactNotFound } from '../tracking/errors.ts';
import { currentProcess } from '../tracking/process-identity.ts';
import type { ArtifactRecord } from '../tracking/run.ts';
import type { RunStore } from '../tracking/store.ts';
import type { ProjectSpec } from './project-spec.ts';
import type { Workspace } from './workspace.ts';

type ArtifactEntry = NonNullable<ProjectSpec['artifacts']>[number];

export interface RegisteredArtifact {
  readonly key: string;
  readonly uri: string;
  /** False when the store has exactly this content as the latest of the key already. */
  readonly changed: boolean;
}

/**
 * Puts the artifacts of project.yaml into the store, as products of one run named `register-artifacts`. What has not changed
 * since is left alone; when nothing has, there is no run. Throws `DATA_NOT_FOUND` for a path that does not exist.
 */
export async function registerProjectArtifacts(workspace: Workspace): Promise<readonly RegisteredArtifact[]> {
  const entries = workspace.project.spec.artifacts ?? [];
  const producer = createUid();
  const saved: { record: ArtifactRecord; changed: boolean }[] = [];
  for (const entry of entries) {
    const record = await saveEntry(workspace, entry, producer);
    saved.push({ record, changed: (await latestDigest(workspace.store, entry.key)) !== record.digest });
  }
  const changed = saved.filter((one) => one.changed).map((one) => one.record);
  if (changed.length > 0) recordRun(workspace.store, producer, changed);
  return saved.map(({ record, changed: isNew }) => ({ key: record.key, uri: record.uri, changed: isNew }));
}

async function saveEntry(
  workspace: Workspace,
  entry: ArtifactEntry,
  producer: string,
): Promise<ArtifactRecord> {
  const { store, project } = workspace;
  const target = { project: store.project, producer, key: entry.key };
  const item = openDataItem(entry.path, { store, baseDirectory: project.root });
  if (entry.kind === 'dataset') return (await saveDataset(store, target, await item.table())).record;
  const local = { path: await item.local() };
  switch (entry.kind) {
    case 'model':
      return (await saveModel(store, target, { directory: local.path })).record;
    case 'table':
    case 'plot':
    case 'file':
    case 'dir':
      return (await saveArtifact(store, target, local, { kind: entry.kind, name: item.name })).record;
    default:
      return (await saveArtifact(store, target, local, { name: item.name })).record;
  }
}

async function latestDigest(store: RunStore, key: string): Promise<string | undefined> {
  try {
    return (await store.resolveArtifact(renderStoreUri({ project: store.project, key }))).digest;
  } catch (error) {
    if (artifactNotFound.is(error)) return undefined;
    throw error;
  }
}

function recordRun(store: RunStore, uid: string, artifacts: readonly ArtifactRecord[]): void {
  const writer = store.createRun({
    uid,
    name: 'register-artifacts',
    project: store.project,
    runKind: 'run',
    params: {},
    inputs: {},
    labels: {},
  });
  writer.append({ kind: 'owner', owner: currentProcess() });
  writer.append({ kind: 'state', state: 'running' });
  for (const artifact of artifacts) writer.append({ kind: 'artifact', artifact });
  writer.append({ kind: 'state', state: 'completed' });
  writer.close();
}
