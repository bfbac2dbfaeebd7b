import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { gt } from '../../src/pipelines/dsl/condition.ts';
import { type PipelineContext, pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import { parsePlan } from '../../src/pipelines/plan/parse-plan.ts';
import type { Plan } from '../../src/pipelines/plan/plan.ts';
import { type RunPlanOptions, runPlan, type SubmitStep } from '../../src/pipelines/run-plan.ts';
import { foldRun } from '../../src/tracking/fold.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import { type Body, inProcess, newStore } from './support/in-process.ts';
import { call } from './support/untyped-step.ts';

const build = (body: (p: PipelineContext) => unknown, options = {}): Plan =>
  parsePlan(JSON.parse(JSON.stringify(pipeline('mapped', body, options).plan())));

function run(
  planned: Plan,
  bodies: Readonly<Record<string, Body>>,
  options: Partial<RunPlanOptions> = {},
): Promise<RunRecord> {
  const store = newStore();
  return runPlan(planned, { store, submitStep: inProcess(store, bodies), ...options });
}

const states = (record: RunRecord): Record<string, string> =>
  Object.fromEntries((record.steps ?? []).map((one) => [one.id, one.state]));
const stepOf = (record: RunRecord, id: string) => record.steps?.find((one) => one.id === id);

describe('a map', () => {
  it('runs its step for each item of a list that a step gives, and gives the results in their order', async () => {
    const planned = build((p) => {
      const { names } = call('load')();
      const trained = p.map(names, (name, { index }) => call('train')({ name, index }));
      return { scores: trained.score, all: trained, second: trained.score[1], deep: trained[0].inner.x };
    });
    const record = await run(planned, {
      load: () => ({ names: ['a', 'b', 'c'] }),
      train: ({ params }) => ({ score: `${params.name}${params.index}`, inner: { x: params.index } }),
    });
    expect(record.state).toBe('completed');
    expect(record.outputs).toEqual({
      scores: ['a0', 'b1', 'c2'],
      all: [0, 1, 2].map((i) => ({ score: `${'abc'[i]}${i}`, inner: { x: i } })),
      second: 'b1',
      deep: 0,
    });
    expect(states(record)).toEqual({
      load: 'completed',
      train: 'completed',
      'train[0]': 'completed',
      'train[1]': 'completed',
      'train[2]': 'completed',
    });
    expect(stepOf(record, 'train')?.reason).toBe('3 items');
  });

  it('goes over the entries of an object, and names items by their key or by a property', async () => {
    const planned = build((p) => {
      const made = call('load')();
      const byKey = p.map(made.table, (row, { key }) => call('by-key')({ key, n: row.n }));
      const byName = p.map(made.rows, (row) => call('by-name')({ row }), { key: 'name' });
      const byItself = p.map(['x', 'y'], (text) => call('by-itself')({ text }), { key: '' });
      return { keys: byKey.got, names: byName.got, texts: byItself.got };
    });
    const record = await run(planned, {
      load: () => ({ table: { left: { n: 1 }, right: { n: 2 } }, rows: [{ name: 'u' }, { name: 'v' }] }),
      'by-key': ({ params }) => ({ got: `${params.key}=${params.n}` }),
      'by-name': ({ step }) => ({ got: step }),
      'by-itself': ({ step }) => ({ got: step }),
    });
    expect(record.outputs).toEqual({
      keys: ['left=1', 'right=2'],
      names: ['by-name[u]', 'by-name[v]'],
      texts: ['by-itself[x]', 'by-itself[y]'],
    });
    expect(Object.keys(states(record))).toContain('by-key[left]');
  });

  it('of several steps passes values along item by item, without waiting for the other items', async () => {
    const order: string[] = [];
    let release: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      release = resolve;
    });
    const planned = build(
      (p) => {
        const shared = call('shared')();
        const rows = p.map([1, 2], (n) => {
          const a = call('a')({ n });
          const b = call('b')({ n: a.n, shared: shared.k });
          return { n, sum: b.sum };
        });
        return { sums: rows.sum, numbers: rows.n, rows };
      },
      { parallelism: 4 },
    );
    const record = await run(planned, {
      shared: () => ({ k: 100 }),
      a: async ({ params }) => {
        if (params.n === 1) await later;
        order.push(`a${params.n}`);
        return { n: Number(params.n) * 10 };
      },
      b: ({ params }) => {
        order.push(`b${params.n}`);
        release();
        return { sum: Number(params.n) + Number(params.shared) };
      },
    });
    expect(record.outputs).toEqual({
      sums: [110, 120],
      numbers: [1, 2],
      rows: [
        { n: 1, sum: 110 },
        { n: 2, sum: 120 },
      ],
    });
    expect(order).toEqual(['a2', 'b20', 'a1', 'b10']);
  });

  it('over nothing gives empty lists, and what comes after it runs', async () => {
    const planned = build((p) => {
      const { names } = call('load')();
      const trained = p.map(names, (name) => call('train')({ name }));
      return { best: call('pick')({ scores: trained.score }).best };
    });
    const record = await run(planned, {
      load: () => ({ names: [] }),
      pick: ({ params }) => ({ best: params.scores }),
    });
    expect(record.outputs).toEqual({ best: [] });
    expect(states(record)).toEqual({ load: 'completed', train: 'completed', pick: 'completed' });
  });

  it('runs as many items at once as it is told, all steps of an item included', async () => {
    const now = new Set<unknown>();
    let most = 0;
    const planned = build(
      (p) => {
        p.map(
          Array.from({ length: 9 }, (_, i) => i),
          (i) => {
            const first = call('first')({ i });
            call('second')({ i: first.i });
          },
          { parallelism: 2 },
        );
      },
      { parallelism: 8 },
    );
    const record = await run(planned, {
      first: async ({ params }) => {
        now.add(params.i);
        most = Math.max(most, now.size);
        await new Promise((resolve) => setImmediate(resolve));
        return { i: params.i };
      },
      second: async ({ params }) => {
        await new Promise((resolve) => setImmediate(resolve));
        now.delete(params.i);
      },
    });
    expect(record.state).toBe('completed');
    expect(most).toBe(2);
    expect(record.steps).toHaveLength(2 + 18);
  });

  it('that gets neither list nor object fails with what it got, and nothing after it runs', async () => {
    const planned = build((p) => {
      const { names } = call('load')();
      const trained = p.map(names, (name) => call('use')({ deep: call('train')({ name }).x }));
      call('after')({ all: trained.x });
    });
    const record = await run(planned, { load: () => ({ names: 'abc' }) });
    expect(record.state).toBe('error');
    expect(stepOf(record, 'train')).toMatchObject({
      state: 'error',
      error: {
        code: 'MAP_INVALID',
        message: 'the map "train" goes over a list or an object, but got "abc"',
        hint: 'let the step before return a list',
      },
    });
    expect(states(record)).toEqual({ load: 'completed', train: 'error', use: 'skipped', after: 'skipped' });
    expect(record.error?.message).toContain('the map "train" goes over');
  });

  it('refuses keys that do not tell the items apart', async () => {
    const twice = build((p) => p.map(call('load')().rows, (row) => call('train')({ row }), { key: 'name' }));
    const record = await run(twice, { load: () => ({ rows: [{ name: 'u' }, { name: 'u' }] }) });
    expect(stepOf(record, 'train')?.error?.message).toBe(
      'the map "train" has two items with the key "u", at 0 and at 1',
    );
    const none = await run(twice, { load: () => ({ rows: [{ label: 'u' }] }) });
    expect(stepOf(none, 'train')?.error?.message).toBe(
      'item 0 of the map "train" cannot be named by its property "name": {"label":"u"}',
    );
  });

  const failing = (p: PipelineContext): unknown => {
    const trained = p.map([0, 1, 2], (n) => {
      const one = call('train')({ n });
      return call('score')({ m: one.m });
    });
    return { all: call('pick')({ scores: trained.s }).all, free: call('free')().x };
  };
  const bodies: Readonly<Record<string, Body>> = {
    train: ({ params }) => {
      if (params.n === 1) throw new Error('diverged');
      return { m: params.n };
    },
    score: ({ params }) => ({ s: params.m }),
    free: () => ({ x: 1 }),
  };

  it('in which an item fails stops the pipeline: every step that was known is in the report', async () => {
    const record = await run(build(failing, { parallelism: 1 }), bodies);
    expect(record).toMatchObject({
      state: 'error',
      error: { message: 'step "train[1]" failed: diverged', details: { failed: ['train[1]'] } },
    });
    expect(states(record)).toMatchObject({ 'train[1]': 'error', train: 'error', pick: 'skipped' });
    expect(stepOf(record, 'train[2]')?.reason ?? 'ran').toMatch(/^(ran|step "train\[1\]" failed)$/);
    expect(stepOf(record, 'score[1]')?.state).toBe('skipped');
    expect((record.steps ?? []).every((one) => one.state !== 'created' && one.state !== 'running')).toBe(
      true,
    );
  });

  it('in which an item fails finishes the others when told to continue', async () => {
    const record = await run(build(failing, { onFailure: 'continue' }), bodies);
    expect(states(record)).toEqual({
      free: 'completed',
      train: 'error',
      'train[0]': 'completed',
      'train[1]': 'error',
      'train[2]': 'completed',
      score: 'skipped',
      'score[0]': 'completed',
      'score[1]': 'skipped',
      'score[2]': 'completed',
      pick: 'skipped',
    });
    expect(stepOf(record, 'train')?.reason).toBe('1 of 3 items failed: train[1]');
    expect(record.error?.details).toMatchObject({ failed: ['train[1]'] });
    expect(record.outputs).toEqual({ free: 1 });
  });

  it('leaves items out of the lists for which the condition inside does not hold', async () => {
    const planned = build((p) => {
      const rows = p.map([1, 5, 9], (n) => p.when(gt(n, 3), () => call('train')({ n })).result);
      return { kept: rows.n, count: call('count')({ all: rows.n }).length };
    });
    const record = await run(planned, {
      train: ({ params }) => ({ n: params.n }),
      count: ({ params }) => ({ length: (params.all as unknown[]).length }),
    });
    expect(record.outputs).toEqual({ kept: [5, 9], count: 2 });
    expect(stepOf(record, 'train[0]')).toMatchObject({
      state: 'skipped',
      reason: 'its condition does not hold: item (1) > 3',
    });
    expect(stepOf(record, 'train')).toMatchObject({ state: 'completed', reason: '2 of 3 items' });
  });

  it('behind a condition is skipped as a whole', async () => {
    const planned = build((p) => {
      const made = call('load')();
      p.when(gt(made.n, 3), () => {
        const rows = p.map(made.names, (name) => call('train')({ name }));
        call('use')({ rows: rows.x });
      });
    });
    const record = await run(planned, { load: () => ({ n: 1, names: ['a'] }) });
    expect(states(record)).toEqual({ load: 'completed', train: 'skipped', use: 'skipped' });
    expect(record.state).toBe('completed');
    expect(stepOf(record, 'train')?.reason).toBe('its condition does not hold: load.n (1) > 3');
  });

  it('inside a map gives lists of lists', async () => {
    const planned = build((p) => {
      const grid = p.map(
        { a: [1, 2], b: [], c: [3] },
        (row, { key }) => {
          const start = call('start')({ key });
          const inner = p.map(row, (n, { index }) => call('cell')({ n, start: start.v, index }));
          const sum = call('sum')({ values: inner.v });
          return { values: inner.v, total: sum.total };
        },
        { id: 'rows' },
      );
      return { values: grid.values, totals: grid.total };
    });
    expect(Object.keys(planned.spec.maps ?? {})).toEqual(['rows', 'cell']);
    const record = await run(planned, {
      start: ({ params }) => ({ v: String(params.key) }),
      cell: ({ params }) => ({ v: `${params.start}${params.n}` }),
      sum: ({ params }) => ({ total: (params.values as unknown[]).length }),
    });
    expect(record.outputs).toEqual({ values: [['a1', 'a2'], [], ['c3']], totals: [2, 0, 1] });
    expect(Object.keys(states(record)).sort()).toEqual(
      [
        ...['cell', 'cell[a][0]', 'cell[a][1]', 'cell[c][0]', 'start', 'sum'],
        ...['a', 'b', 'c'].flatMap((key) => [`start[${key}]`, `sum[${key}]`]),
      ].sort(),
    );
  });

  it('hands artifacts of items on, one by one and as a list of their URIs', async () => {
    const planned = build((p) => {
      const made = p.map(['x', 'y'], (name) => call('make')({ name }));
      const artifacts = p.artifact(made, 'rows');
      call('use')({ data: made.file[1] });
      return { uris: made.file, same: artifacts };
    });
    const inputs: unknown[] = [];
    const readable = { ...planned.spec.functions.any };
    const record = await run(
      {
        ...planned,
        spec: {
          ...planned.spec,
          functions: {
            any: {
              ...(readable as Plan['spec']['functions'][string]),
              handlerSpec: {
                name: 'any',
                parameters: [{ name: 'data', role: 'input', required: false }],
                results: [],
                acceptsUnknown: true,
              },
            },
          },
        },
      },
      {
        make: async ({ params, artifact }) => ({ file: artifact('rows', `rows of ${params.name}`) }),
        use: (one) => void inputs.push(one.inputs.data),
      },
    );
    expect(record.state).toBe('completed');
    const { uris, same } = record.outputs as { uris: string[]; same: string[] };
    expect(uris).toEqual(same);
    expect(uris[0]).not.toBe(uris[1]);
    expect(inputs).toEqual([{ uri: uris[1], digest: uris[1]?.split('@')[1] }]);
  });

  it.each([100, 10_000])('of %i items runs them all', { timeout: 120_000 }, async (width) => {
    const planned = build(
      (p) => ({ n: call('sum')({ all: p.map(call('load')().list, (n) => call('each')({ n })).n }).n }),
      { parallelism: 16 },
    );
    // steps without journals of their own: this is about the engine
    const bodies: Readonly<Record<string, (params: Readonly<Record<string, Json>>) => Record<string, Json>>> =
      {
        load: () => ({ list: Array.from({ length: width }, (_, i) => i) }),
        each: ({ n = 0 }) => ({ n }),
        sum: ({ all }) => ({ n: (all as number[]).reduce((x, y) => x + y, 0) }),
      };
    const submitStep: SubmitStep = async ({ step, id, params }) => {
      const results = bodies[step.id]?.(params) ?? {};
      const record = { ...foldRun([]), uid: id, state: 'completed' as const, results };
      return { uid: id, wait: async () => ({ state: 'completed', record }), abort: async () => undefined };
    };
    const record = await runPlan(planned, { store: newStore(), submitStep });
    expect(record.outputs).toEqual({ n: (width * (width - 1)) / 2 });
    expect(record.steps).toHaveLength(width + 3);
  });
});

describe('building a map', () => {
  it.each<[string, (p: PipelineContext) => unknown, RegExp]>([
    ['no step inside', (p) => p.map([1], () => 3), /the body of p\.map in pipeline "mapped" adds no step/],
    [
      'a number to go over',
      (p) => p.map(3 as never, () => call('a')()),
      /goes over a list or an object, but got 3/,
    ],
    ['a parallelism of 0', (p) => p.map([1], () => call('a')(), { parallelism: 0 }), /has the parallelism 0/],
    [
      'an item used outside',
      (p) => {
        let leaked: unknown;
        p.map([1], (item) => {
          leaked = item;
          return call('a')({ item });
        });
        call('b')({ leaked });
      },
      /step "b" takes the item of the map "a", which it is not part of/,
    ],
    [
      'an output used outside',
      (p) => {
        let leaked: unknown;
        p.map([1], (item) => {
          leaked = call('a')({ item }).x;
        });
        call('b')({ leaked });
      },
      /step "b" takes the output of step "a" for one item of the map "a", outside of that map; return it from the map's body/,
    ],
    [
      'a property that the body does not return',
      (p) => {
        const rows = p.map([1], (n) => ({ got: call('a')({ n }).x })) as unknown as Record<string, unknown>;
        call('b')({ x: rows.gto });
      },
      /what a map's body returns has no "gto"/,
    ],
    [
      'an exit step inside',
      (p) => p.map([1], () => p.onExit(() => call('a')())),
      /p\.onExit is used inside a map of pipeline "mapped"/,
    ],
    [
      'a body that waits',
      (p) => p.map([1], async () => call('a')()),
      /the body of p\.map .* is asynchronous/,
    ],
  ])('with %s is refused', (_name, body, message) => {
    expect(() => build(body)).toThrow(message);
  });

  it('of which a step needs what the map itself gives is refused', () => {
    const planned = build((p) => {
      const rows = p.map([1], (n) => call('a')({ n }), { id: 'm' });
      call('b')({ all: rows.x });
      call('c')({});
    });
    const steps = planned.spec.steps.map((one) =>
      one.id === 'c'
        ? { ...one, map: 'm', arguments: { x: { type: 'output', step: 'b', path: ['x'] } } }
        : one,
    );
    expect(() => parsePlan({ ...planned, spec: { ...planned.spec, steps } })).toThrow(
      'step "c" of the map "m" needs the step "b" outside, which needs what the map gives',
    );
  });
});
