import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createUid } from '../../src/core/id.ts';
import { readLedger } from '../../src/tracking/ledger.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import { readWholeJournal } from '../../src/tracking/read-journal.ts';
import { journalFile, ledgerFile } from '../../src/tracking/store-layout.ts';
import { bundleScript, type Child, startScript } from '../tracking/child.ts';
import { tempDirectory } from '../tracking/temp-directory.ts';

const rounds = 100;
let writePoints = '';
let writeAndSearch = '';
beforeAll(async () => {
  writePoints = await bundleScript('write-points');
  writeAndSearch = await bundleScript('write-and-search');
});

/** Kills a writer once it has acknowledged a number of points; gives the last one it acknowledged. */
async function killAfter(child: Child, points: number): Promise<number> {
  await child.line((line) => Number(line) >= points);
  child.process.kill('SIGKILL');
  await child.ended;
  return Number(child.lines.at(-1));
}

describe('a writer killed with SIGKILL', () => {
  it(`loses no acknowledged point in ${rounds} rounds, and its journal can be gone on with`, async () => {
    const directory = tempDirectory();
    const store = openLocalStore({ directory, project: 'demo' });
    const lost: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const uid = createUid();
      const resumed = round % 4 === 0;
      const first = await killAfter(startScript(writePoints, directory, uid, '1000000'), (round * 37) % 1000);
      const second = resumed
        ? await killAfter(startScript(writePoints, directory, uid, '1000000', 'resume'), 100)
        : 0;
      const { events } = readWholeJournal(journalFile(directory, 'demo', uid));
      const points = events.filter(({ kind }) => kind === 'metric').length;
      lost.push(Math.max(0, first + second - points));
    }
    expect(lost.reduce((sum, one) => sum + one, 0)).toBe(0);
    const { runs } = await store.searchRuns({ limit: 1000 });
    expect(runs).toHaveLength(rounds);
    expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['lost']));
    await store.close();
  }, 300_000);
});

describe('eight processes at once', () => {
  it('write and search the same store: every run is found whole, each once', async () => {
    const directory = tempDirectory();
    const children = Array.from({ length: 8 }, () => startScript(writeAndSearch, directory, '15', '20'));
    const ends = await Promise.all(children.map((child) => child.ended));
    expect(ends).toEqual(Array(8).fill('0'));
    const written = children.flatMap((child) => child.lines);
    expect(new Set(written).size).toBe(8 * 15);
    const store = openLocalStore({ directory, project: 'demo' });
    const { runs } = await store.searchRuns({ filter: "state = 'completed' and metrics.loss = 20" });
    expect(new Set(runs.map(({ uid }) => uid))).toEqual(new Set(written));
    const { entries } = readLedger(ledgerFile(directory, 'demo'));
    expect(entries.filter(({ fact }) => fact.kind === 'run')).toHaveLength(8 * 15);
    await store.close();
  });

  it('start together on an empty folder', async () => {
    for (let round = 0; round < 5; round++) {
      const directory = path.join(tempDirectory(), '.slipway');
      const children = Array.from({ length: 3 }, () => startScript(writeAndSearch, directory, '1', '1'));
      expect(await Promise.all(children.map((child) => child.ended))).toEqual(['0', '0', '0']);
      const store = openLocalStore({ directory, project: 'demo' });
      expect((await store.searchRuns({})).runs).toHaveLength(3);
      await store.close();
    }
  });

  it('stay right when the index is deleted under them again and again', async () => {
    const directory = tempDirectory();
    const children = Array.from({ length: 3 }, () => startScript(writeAndSearch, directory, '40', '5'));
    let running = true;
    const ends = Promise.all(children.map((child) => child.ended)).finally(() => {
      running = false;
    });
    for (let count = 5; running && count <= 40; count += 5) {
      const child = children[0] as Child;
      await child.line(() => child.lines.length >= count);
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(path.join(directory, `index.db${suffix}`), { force: true });
    }
    expect(await ends).toEqual(['0', '0', '0']);
    const store = openLocalStore({ directory, project: 'demo' });
    expect((await store.searchRuns({ filter: "state = 'completed'" })).runs).toHaveLength(120);
    await store.close();
  });
});
