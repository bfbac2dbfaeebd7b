import { describe, expect, it } from 'vitest';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { compareWithMemory, fill } from './search-samples.ts';
import { tempDirectory } from './temp-directory.ts';

describe('searching', () => {
  it('finds by SQL what the same filter finds in memory, in the same order', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    await compareWithMemory(store, fill(store), 500);
    await store.close();
  });

  it('gives back the records that the journals hold', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    const uids = fill(store);
    const { runs } = await store.searchRuns({ limit: 100 });
    for (const uid of uids) expect(runs.find((run) => run.uid === uid)).toEqual(await store.getRun(uid));
    await store.close();
  });

  it('takes long lists and long chains of conditions', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    fill(store);
    const list = Array.from({ length: 3000 }, (_, i) => i).join(', ');
    expect((await store.searchRuns({ filter: `params.x in (${list})` })).runs.length).toBeGreaterThan(0);
    const chain = Array.from({ length: 1500 }, (_, i) => `iteration = ${i}`).join(' or ');
    expect((await store.searchRuns({ filter: chain })).runs.length).toBeGreaterThan(0);
    await store.close();
  });

  it('compares integers beyond 2^53 exactly', async () => {
    const store = openLocalStore({ directory: tempDirectory(), project: 'demo' });
    for (const [i, id] of ['9007199254740992', '9007199254740993', '9007199254740994'].entries())
      store
        .createRun({
          uid: `r${i}`,
          name: id,
          project: 'demo',
          runKind: 'run',
          params: { id },
          inputs: {},
          labels: {},
        })
        .close();
    const found = async (filter: string): Promise<readonly string[]> =>
      (await store.searchRuns({ filter, orderBy: 'params.id' })).runs.map(({ name }) => name);
    expect(await found('params.id = 9007199254740993')).toEqual(['9007199254740993']);
    expect(await found('params.id > 9007199254740992')).toEqual(['9007199254740993', '9007199254740994']);
    await store.close();
  });
});
