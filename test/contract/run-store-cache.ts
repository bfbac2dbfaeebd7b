import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStoreStepCache } from '../../src/pipelines/cache/store-step-cache.ts';
import type { Plan } from '../../src/pipelines/plan/plan.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import { claimHolder } from '../../src/tracking/claim-holder.ts';
import { identify } from '../../src/tracking/process-identity.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { type Body, inProcess } from '../pipelines/support/in-process.ts';
import { literal, output, plan, step } from '../pipelines/support/plan.ts';
import type { StoreUnderTest } from './run-store/opened-run-store.ts';

const noOne = '{"thing":"a pod of another machine"}';
const minute = 60_000;

/** What pipelines on several machines need of a store that they share: rights that one has at a time, and outputs that stay. */
export function describeSharedCache(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`run store: ${name}, as the cache of steps`, () => {
    let subject: StoreUnderTest;
    let store: RunStore;
    let other: RunStore;
    let folder: string;

    beforeEach(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'slipway-cache-'));
      subject = await create();
      store = await subject.open();
      other = await subject.open();
    });
    afterEach(async () => {
      await store.close();
      await other.close();
      await subject.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    it('gives a right to one at a time, who may take it again and gives it back', async () => {
      const [mine, yours] = [claimHolder(), claimHolder()];
      expect(await store.claim('step a', mine, minute)).toBe(mine);
      expect(await other.claim('step a', yours, minute)).toBe(mine);
      expect(await other.claim('step b', yours, minute)).toBe(yours);
      expect(await other.claim('step a', mine, minute)).toBe(mine);
      await other.release('step a', yours);
      expect(await other.claim('step a', yours, minute), 'of another it cannot be given back').toBe(mine);
      await store.release('step a', mine);
      expect(await other.claim('step a', yours, minute)).toBe(yours);
    });

    it('gives a right to one of many that ask in the same moment', async () => {
      const holders = Array.from({ length: 8 }, () => claimHolder());
      const ask = (): Promise<readonly string[]> =>
        Promise.all(holders.map((holder, at) => (at % 2 ? store : other).claim('step', holder, minute)));
      let has = await ask();
      // those that came at the same moment may all have given way
      while (!has.some((one, at) => one === holders[at])) has = await ask();
      expect(has.filter((one, at) => one === holders[at])).toHaveLength(1);
    });

    it('takes a right from one who gave no sign of life for as long as its lease, and from no other', async () => {
      const me = claimHolder();
      expect(await store.claim('step', noOne, 400)).toBe(noOne);
      const began = performance.now();
      let has = await other.claim('step', me, minute);
      while (has === noOne) has = await other.claim('step', me, minute);
      expect(has).toBe(me);
      expect(performance.now() - began).toBeGreaterThan(200);
      expect(await store.claim('step', noOne, minute), 'it has lost it').toBe(me);
    });

    const uses = (n: number): Plan =>
      plan([
        step('load', { arguments: { n: literal(n) }, options: { cache: { mode: 'on' } } }),
        step('use', { arguments: { rows: output('load', 'rows') } }),
      ]);
    const run = (client: RunStore, n: number, ran: string[]): Promise<RunRecord> => {
      const body: Body = ({ step: id, params, artifact }) => {
        ran.push(id);
        return id === 'load' ? { rows: artifact('rows', `rows of ${params.n}`) } : {};
      };
      const bodies = { load: body, any: body };
      return runPlan(uses(n), {
        store: client,
        submitStep: inProcess(client, bodies, folder),
        cache: createStoreStepCache({
          store: client,
          workingDirectory: folder,
          settle: () => settled(client),
        }),
      });
    };
    const reasonOf = (record: RunRecord): string | undefined => record.steps?.[0]?.reason;

    it('answers a step from the run of another client, and says what changed since', async () => {
      const ran: string[] = [];
      const first = await run(store, 1, ran);
      const uid = first.steps?.[0]?.runUid;
      expect(reasonOf(await run(other, 1, ran))).toBe(`cached: same code, params; from run ${uid}`);
      expect(reasonOf(await run(other, 2, ran))).toBe('ran: params.n changed 1 → 2');
      expect(ran).toEqual(['load', 'use', 'use', 'load', 'use']);
    });

    it('keeps what cached steps give when garbage is collected, and what was taken from runs that are removed', async () => {
      const first = await run(store, 1, []);
      const digestOf = async (record: RunRecord): Promise<string> =>
        (await store.getRun(record.steps?.[0]?.runUid ?? '')).artifacts[0]?.digest ?? '';
      const digest = await digestOf(first);
      expect(await store.collectGarbage({ dryRun: false })).toMatchObject({ runs: [], artifacts: [] });
      const second = await run(other, 1, []);
      expect(reasonOf(second)).toMatch(/^cached: /);
      await settled(other);

      await store.trashRun(first.uid);
      await store.collectGarbage({ dryRun: false });
      expect(await store.artifactDirectory(digest), 'the second pipeline run is based on it').toContain('/');
      expect(reasonOf(await run(other, 1, []))).toBe('ran: nothing is cached for this step');
      await settled(other);

      const third = await run(store, 3, []);
      const unused = await digestOf(third);
      await settled(store);
      await store.trashRun(third.uid);
      const report = await other.collectGarbage({ dryRun: false });
      expect(report.runs).toContain(third.uid);
      await expect(other.artifactDirectory(unused)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
      expect(reasonOf(await run(store, 3, []))).toBe('ran: params.n changed 1 → 3');
    });

    it('lets one of eight pipelines at once run a step, whose output the others take', async () => {
      const ran: string[] = [];
      const records = await Promise.all(
        Array.from({ length: 8 }, (_, at) => run(at % 2 ? store : other, 7, ran)),
      );
      expect(records.map(({ state }) => state)).toEqual(Array(8).fill('completed'));
      expect(ran.filter((id) => id === 'load')).toHaveLength(1);
      expect(records.filter((one) => reasonOf(one)?.startsWith('cached: '))).toHaveLength(7);
    });

    it('does not let a step wait for a process of this machine that was killed', async () => {
      const gone = JSON.stringify({ thing: 'x', process: { ...identify(2 ** 22 - 1), startTicks: '1' } });
      const ran: string[] = [];
      const first = await run(store, 9, ran);
      const key = (await store.getRun(first.steps?.[0]?.runUid ?? '')).labels['slipway.cache'];
      await settled(store);
      await store.trashRun(first.uid);
      expect(await store.claim(`step ${key}`, gone, 10 * minute)).toBe(gone);
      expect((await run(other, 9, ran)).state).toBe('completed');
    });
  });
}

/** Resolves when the store has what was written to it. */
async function settled(store: RunStore): Promise<void> {
  if ('flush' in store) await (store as RunStore & { flush(): Promise<void> }).flush();
}
