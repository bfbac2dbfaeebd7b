import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createStoreStepCache } from '../../src/pipelines/cache/store-step-cache.ts';
import type { CachePolicy, Plan } from '../../src/pipelines/plan/plan.ts';
import { runPlan } from '../../src/pipelines/run-plan.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import { journalFile } from '../../src/tracking/store-layout.ts';
import { type Body, inProcess, newStoreFolder } from './support/in-process.ts';
import { literal, output, plan, step } from './support/plan.ts';

interface Bench {
  readonly folder: string;
  readonly store: RunStore;
  run(planned: Plan): Promise<RunRecord>;
  readonly ran: string[];
}

/** A store with a cache, and steps that note that they ran. */
function bench(bodies: Readonly<Record<string, Body>>, clock = systemClock): Bench {
  const { store, directory: folder } = newStoreFolder('demo', clock);
  const ran: string[] = [];
  const noted = Object.fromEntries(
    Object.entries(bodies).map(([name, body]) => [
      name,
      (call: Parameters<Body>[0]) => {
        ran.push(call.step);
        return body(call);
      },
    ]),
  );
  return {
    folder,
    store,
    ran,
    run: (planned) =>
      runPlan(planned, {
        store,
        submitStep: inProcess(store, noted, folder),
        cache: createStoreStepCache({ store, workingDirectory: folder, clock }),
      }),
  };
}

const cached = (more: Partial<CachePolicy> = {}): { cache: CachePolicy } => ({
  cache: { mode: 'on', ...more },
});
const decisions = (record: RunRecord): Record<string, readonly [boolean, string | undefined]> =>
  Object.fromEntries((record.steps ?? []).map((one) => [one.id, [one.cached, one.reason] as const]));

const double: Body = ({ params }) => ({ twice: Number(params.n) * 2 });
const one = (n: number, more: Partial<CachePolicy> = {}): Plan =>
  plan([step('double', { arguments: { n: literal(n) }, options: cached(more) })], {
    outputs: { twice: output('double', 'twice') },
  });

describe('a step that asks for caching', () => {
  it('runs once, and is then answered from the run that did it, with the reason', async () => {
    const { run, ran } = bench({ any: double });
    const first = await run(one(4));
    const second = await run(one(4));
    expect(ran).toEqual(['double']);
    expect(decisions(first).double).toEqual([false, 'ran: nothing is cached for this step']);
    const source = first.steps?.[0]?.runUid;
    expect(decisions(second).double).toEqual([true, `cached: same code, params; from run ${source}`]);
    expect(second.steps?.[0]).toMatchObject({ state: 'completed', runUid: source, results: { twice: 8 } });
    expect(second.outputs).toEqual({ twice: 8 });
  });

  it('says which param, code, input or environment made it run again', async () => {
    const { run, folder } = bench({ any: double, load: ({ artifact }) => ({ rows: artifact('rows') }) });
    const file = path.join(folder, 'points.csv');
    writeFileSync(file, 'x\n1\n');
    const read = (n: number, change: (planned: Plan) => Plan = (same) => same): Plan =>
      change(
        plan([
          step('double', {
            arguments: { n: literal(n), data: literal('points.csv') },
            options: { ...cached(), env: { REGION: n > 5 ? 'eu' : 'us' } },
          }),
        ]),
      );
    await run(read(4));
    expect(decisions(await run(read(5))).double).toEqual([false, 'ran: params.n changed 4 → 5']);
    writeFileSync(file, 'x\n2\n');
    expect(decisions(await run(read(5))).double).toEqual([false, 'ran: inputs.data has other content']);
    const otherCode = (planned: Plan): Plan => {
      const { any } = planned.spec.functions;
      const functions = any === undefined ? {} : { any: { ...any, digest: `sha256:${'b'.repeat(64)}` } };
      return { ...planned, spec: { ...planned.spec, functions } };
    };
    expect(decisions(await run(read(5, otherCode))).double).toEqual([false, 'ran: the code changed']);
    expect(decisions(await run(read(6, otherCode))).double).toEqual([
      false,
      'ran: params.n changed 5 → 6, env.REGION changed',
    ]);
    expect(decisions(await run(read(6, otherCode))).double?.[1]).toMatch(
      /^cached: same code, params, inputs;/,
    );
  });

  it('counts what an artifact holds, not which run made it', async () => {
    const { run, ran } = bench({
      load: ({ artifact }) => ({ rows: artifact('rows') }),
      any: () => ({ n: 1 }),
    });
    const two = plan([
      step('load'),
      step('use', { arguments: { data: output('load', 'rows') }, options: cached() }),
    ]);
    await run(two);
    const again = await run(two);
    expect(ran).toEqual(['load', 'use', 'load']);
    expect(decisions(again).use?.[0]).toBe(true);
  });

  it('hands cached artifacts on, and names them in the journal so that they are kept', async () => {
    const { run, ran, store, folder } = bench({
      load: ({ artifact }) => ({ rows: artifact('rows') }),
      any: ({ inputs }) => ({ uri: inputs.data?.uri }),
    });
    const two = plan([
      step('load', { options: cached() }),
      step('use', { arguments: { data: output('load', 'rows') } }),
    ]);
    const first = await run(two);
    const second = await run(two);
    expect(ran).toEqual(['load', 'use', 'use']);
    const digest = /sha256:[0-9a-f]{64}/.exec(String(second.steps?.[1]?.results.uri))?.[0] ?? 'none';
    await store.trashRun(first.uid);
    await store.collectGarbage({ dryRun: false });
    expect(await store.artifactDirectory(digest)).toContain(folder);
  });

  it('ignores what it is told to, and another version forgets everything', async () => {
    const { run, ran } = bench({ any: double });
    await run(one(1, { ignore: ['n'] }));
    expect(decisions(await run(one(2, { ignore: ['n'] }))).double?.[0]).toBe(true);
    expect(decisions(await run(one(2, { ignore: ['n'], version: '2' }))).double).toEqual([
      false,
      'ran: the cache version changed none → "2"',
    ]);
    expect(ran).toHaveLength(2);
  });

  it('is good for as long as its ttl', async () => {
    let now = 1_000_000;
    const { run, ran } = bench({ any: double }, { ...systemClock, now: () => now });
    await run(one(1, { ttlMs: 60_000 }));
    now += 59_000;
    expect(decisions(await run(one(1, { ttlMs: 60_000 }))).double?.[0]).toBe(true);
    now += 2_000;
    expect(decisions(await run(one(1, { ttlMs: 60_000 }))).double).toEqual([
      false,
      'ran: what is cached is older than 1 m 00 s',
    ]);
    expect(ran).toHaveLength(2);
  });

  it('only reads, or only writes, when told to', async () => {
    const { run, ran } = bench({ any: double });
    expect(decisions(await run(one(1, { mode: 'read' }))).double).toEqual([
      false,
      'ran: nothing is cached for this step',
    ]);
    expect(decisions(await run(one(1, { mode: 'write' }))).double).toEqual([
      false,
      'ran: the cache is only written to',
    ]);
    expect(decisions(await run(one(1, { mode: 'read' }))).double?.[0]).toBe(true);
    await run(one(1, { mode: 'write' }));
    expect(ran).toHaveLength(3);
  });

  it('keeps nothing of a failed step', async () => {
    let fails = true;
    const { run, ran } = bench({
      any: () => {
        if (fails) throw new Error('boom');
        return { twice: 2 };
      },
    });
    await run(one(1));
    fails = false;
    expect((await run(one(1))).state).toBe('completed');
    expect(ran).toHaveLength(2);
  });

  it('runs again, with the reason, when what it is to be taken from is damaged or gone', async () => {
    const { run, folder, store } = bench({
      any: ({ artifact }) => ({ rows: artifact('rows'), twice: 1 }),
    });
    const reasonOf = async (): Promise<string | undefined> => decisions(await run(one(1))).double?.[1];
    const [first] = (await run(one(1))).steps ?? [];
    const journal = journalFile(folder, 'demo', first?.runUid ?? '');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.replace('"kind":"state"', '"kind":"st'));
    expect(await reasonOf()).toBe(`ran: the record of run ${first?.runUid} is damaged`);
    writeFileSync(journal, text);
    await store.trashRun(first?.runUid ?? '');

    const { artifacts: [rows] = [] } = await store.getRun('@last');
    const found = await store.searchArtifacts({ key: 'rows' });
    const digest = rows?.digest ?? found[0]?.digest ?? '';
    const file = path.join(await store.artifactDirectory(digest), 'rows.csv');
    for (const damage of ['rowz', 'row', '']) {
      writeFileSync(file, damage);
      expect(await reasonOf()).toMatch(/^ran: the artifact "rows" of run \S+ is damaged$/);
      expect(readFileSync(file, 'utf8'), 'the same content takes its place').toBe('rows');
      expect(await reasonOf()).toMatch(/^cached: /);
    }
    rmSync(path.join(folder, 'artifacts'), { recursive: true });
    expect(await reasonOf()).toMatch(/^ran: the artifact "rows" of run \S+ is no longer in the store$/);
  });

  it('is forgotten with the run that it would be taken from, and found again when that is restored', async () => {
    const { run, store } = bench({ any: ({ artifact }) => ({ rows: artifact('rows') }) });
    const first = await run(one(1));
    const uid = first.steps?.[0]?.runUid ?? '';
    await store.collectGarbage({ dryRun: false });
    expect(decisions(await run(one(1))).double?.[1]).toBe(`cached: same code, params; from run ${uid}`);
    await store.trashRun(uid);
    expect(decisions(await run({ ...one(1), spec: { ...one(1).spec } })).double).toEqual([
      false,
      'ran: nothing is cached for this step',
    ]);
  });

  it('that cannot read its input runs, and says what is wrong itself', async () => {
    const { run } = bench({ any: ({ inputs }) => ({ got: inputs.data?.uri }) });
    const missing = plan([step('use', { arguments: { data: literal('nowhere.csv') }, options: cached() })]);
    const record = await run(missing);
    expect(decisions(record).use?.[1]).toMatch(
      /^ran: the content of the input "data" cannot be told: .*nowhere\.csv/,
    );
  });

  it('is not kept when its input changed while it ran', async () => {
    const { run, folder, store, ran } = bench({ any: () => ({ n: 1 }) });
    const file = path.join(folder, 'points.csv');
    writeFileSync(file, 'x\n1\n');
    const use = plan([step('use', { arguments: { data: literal('points.csv') }, options: cached() })]);
    // between the look into the cache and the step's own reading
    const createRun = store.createRun.bind(store);
    store.createRun = (created) => {
      if (created.runKind === 'step') writeFileSync(file, 'x\n2\n');
      return createRun(created);
    };
    await run(use);
    store.createRun = createRun;
    writeFileSync(file, 'x\n1\n');
    expect(decisions(await run(use)).use).toEqual([false, 'ran: an input changed while it last ran']);
    expect(decisions(await run(use)).use?.[0]).toBe(true);
    expect(ran).toHaveLength(2);
  });

  it('that nothing asks for caching is not explained', async () => {
    const { run } = bench({ any: double });
    const off = plan([step('double', { arguments: { n: literal(1) }, options: { cache: { mode: 'off' } } })]);
    expect(decisions(await run(off)).double).toEqual([false, undefined]);
  });
});

describe('equal steps under way at once', () => {
  it('run once: the others wait and take what it gave', async () => {
    const { run, ran } = bench({
      any: async ({ params }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { twice: Number(params.n) * 2 };
      },
    });
    const wide = plan(
      Array.from({ length: 6 }, (_, i) => step(`s${i}`, { arguments: { n: literal(7) }, options: cached() })),
      { parallelism: 6 },
    );
    const records = await Promise.all([run(wide), run(wide), run(wide)]);
    expect(records.map((record) => record.state)).toEqual(['completed', 'completed', 'completed']);
    expect(ran).toHaveLength(1);
  });

  it('run each for itself when single flight is off', async () => {
    let now = 0;
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { run } = bench({
      any: async () => {
        if (++now === 3) release();
        await all;
      },
    });
    const wide = plan(
      Array.from({ length: 3 }, (_, i) => step(`s${i}`, { options: cached({ singleFlight: false }) })),
      { parallelism: 3 },
    );
    expect((await run(wide)).state).toBe('completed');
  });

  it('try one after the other when the one that runs fails', async () => {
    let calls = 0;
    const { run } = bench({
      any: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        if (++calls === 1) throw new Error('the first one fails');
        return { n: 1 };
      },
    });
    const wide = plan(
      Array.from({ length: 3 }, (_, i) => step(`s${i}`, { options: cached() })),
      { parallelism: 3, onFailure: 'continue' },
    );
    const record = await run(wide);
    expect((record.steps ?? []).map((one) => one.state).sort()).toEqual(['completed', 'completed', 'error']);
    expect(calls).toBe(2);
  });
});
