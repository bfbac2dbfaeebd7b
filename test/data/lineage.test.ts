import { describe, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { traceLineage } from '../../src/data/lineage.ts';
import { saveArtifact } from '../../src/data/save-artifact.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { ArtifactRecord, InputRecord } from '../../src/tracking/run.ts';
import { temporaryFolder } from './temporary-folder.ts';

const store = openLocalStore({ directory: temporaryFolder(), project: 'demo' });
let time = 1_700_000_000_000;

/** A completed run that read some data and made an artifact of each key. */
async function makeRun(
  name: string,
  inputs: Record<string, InputRecord>,
  keys: readonly string[],
): Promise<{ uid: string; artifacts: ArtifactRecord[] }> {
  const uid = createUid(time++);
  const run = store.createRun({ uid, name, project: 'demo', runKind: 'run', params: {}, inputs, labels: {} });
  const artifacts: ArtifactRecord[] = [];
  for (const key of keys) {
    const { record } = await saveArtifact(store, { project: 'demo', producer: uid, key }, `${name} ${key}`);
    run.append({ kind: 'artifact', artifact: record });
    artifacts.push(record);
  }
  run.append({ kind: 'state', state: 'running' });
  run.append({ kind: 'state', state: 'completed' });
  run.close();
  return { uid, artifacts };
}

const asInput = ({ uri, digest }: ArtifactRecord): InputRecord => ({ uri, digest });

describe('lineage', () => {
  it('leads from a model up to the data and down to what was predicted with it, through runs', async () => {
    const raw = { uri: 'https://example.org/raw.csv', digest: `sha256:${'1'.repeat(64)}` };
    const load = await makeRun('load', { url: raw }, ['dataset', 'log']);
    const [dataset] = load.artifacts;
    if (!dataset) throw new Error('no dataset');
    const train = await makeRun('train', { data: asInput(dataset) }, ['model']);
    const [model] = train.artifacts;
    if (!model) throw new Error('no model');
    // read through another path, but the same bytes
    const predict = await makeRun('predict', { model: { uri: 'file:///copy.bin', digest: model.digest } }, [
      'predictions',
    ]);
    await makeRun('other', {}, ['unrelated']);

    const graph = await traceLineage(store, 'store://demo/model');
    const names = graph.nodes.map((node) =>
      node.type === 'run' ? node.name : node.type === 'artifact' ? node.key : node.uri,
    );
    expect(names.sort()).toEqual([
      'dataset',
      'https://example.org/raw.csv',
      'load',
      'model',
      'predict',
      'predictions',
      'train',
    ]);
    expect(graph.edges.map(({ type, key }) => `${type} ${key}`).sort()).toEqual([
      'produced dataset',
      'produced model',
      'produced predictions',
      'read data',
      'read model',
      'read url',
    ]);
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);

    const up = await traceLineage(store, train.uid, { direction: 'upstream', depth: 1 });
    expect(
      up.nodes
        .map((node) => node.type === 'run' && node.name)
        .filter(Boolean)
        .sort(),
    ).toEqual(['load', 'train']);
    const down = await traceLineage(store, dataset.uri, { direction: 'downstream' });
    expect(down.nodes.map((node) => node.id)).toContain(`run ${predict.uid}`);
    expect(down.nodes.map((node) => node.id)).not.toContain(`run ${load.uid}`);
  });

  it('says what does not exist', async () => {
    await expect(traceLineage(store, 'store://demo/nothing')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    await expect(traceLineage(store, 'zzzz')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
