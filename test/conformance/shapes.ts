import { gt } from '../../src/pipelines/dsl/condition.ts';
import { type PipelineContext, pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import type { SweepSpec } from '../../src/tuning/sweep.ts';

/** References to what a step gives, as untyped as a function whose types are not known. */
// biome-ignore lint/suspicious/noExplicitAny: a shape says what flows where; types of references have tests of their own
export type Given = any;

/** Adds a step that adds numbers up: `n` and all of `add`. */
export type Call = (id: string, args?: Readonly<Record<string, unknown>>, more?: CallOptions) => Given;

export interface CallOptions {
  readonly after?: readonly object[];
  readonly sweep?: SweepSpec;
}

/** A graph, with the step that does something wrong where a behaviour wants that. */
export interface Shape {
  readonly name: string;
  /** What it shows, for the table in the docs. */
  readonly shows: string;
  /** The step that goes wrong; `on` is the item of a map (by its value) that does. */
  readonly victim: { readonly step: string; readonly on?: number };
  readonly body: (p: PipelineContext, call: Call) => Readonly<Record<string, unknown>>;
}

const chain: Shape = {
  name: 'chain',
  shows: 'each step takes from the one before it',
  victim: { step: 'second' },
  body: (_p, call) => {
    const first = call('first', { n: 1 });
    const second = call('second', { add: [first.n] });
    const third = call('third', { add: [second.n] });
    return { n: call('fourth', { add: [third.n] }).n };
  },
};

const diamond: Shape = {
  name: 'diamond',
  shows: 'two ways from one step to another',
  victim: { step: 'left' },
  body: (_p, call) => {
    const load = call('load', { n: 2 });
    const left = call('left', { n: 10, add: [load.n] });
    const right = call('right', { n: 20, add: [load.n] });
    return { n: call('join', { n: 0, add: [left.n, right.n] }).n };
  },
};

const fanOut: Shape = {
  name: 'fan-out',
  shows: 'one step feeds four',
  victim: { step: 'b' },
  body: (_p, call) => {
    const source = call('source', { n: 5 });
    const ends = ['a', 'b', 'c', 'd'].map((id, n) => call(id, { n, add: [source.n] }));
    return Object.fromEntries(ends.map((end, i) => [`n${i}`, end.n]));
  },
};

const fanIn: Shape = {
  name: 'fan-in',
  shows: 'three steps feed one',
  victim: { step: 'b' },
  body: (_p, call) => {
    const all = ['a', 'b', 'c'].map((id, n) => call(id, { n }));
    return { n: call('sum', { n: 100, add: all.map((one) => one.n) }).n };
  },
};

const twoRoots: Shape = {
  name: 'two-roots',
  shows: 'two graphs in one that share nothing',
  victim: { step: 'left' },
  body: (_p, call) => {
    const left = call('left', { n: 1 });
    const right = call('right', { n: 2 });
    return {
      left: call('left-end', { add: [left.n] }).n,
      right: call('right-end', { add: [right.n] }).n,
    };
  },
};

/** A condition over a value that is known only when the pipeline runs, with both branches and a step after them. */
const condition = (name: string, n: number, victim: string, shows: string): Shape => ({
  name,
  shows,
  victim: { step: victim },
  body: (p, call) => {
    const measured = call('measure', { n });
    const { result, otherwise } = p
      .when(gt(measured.n, 5), () => call('large', { n: 50, add: [measured.n] }))
      .else(() => call('small', { n: -50, add: [measured.n] }));
    // order alone: a branch that was not taken does not hold it up
    p.after(result, otherwise).do(() => call('afterwards', { n: 7 }));
    // data of a branch that was not taken is missing
    call('needs-large', { add: [result.n] });
    return { measured: measured.n, large: result.n, small: otherwise.n };
  },
});

const nestedCondition: Shape = {
  name: 'nested-condition',
  shows: 'conditions inside conditions',
  victim: { step: 'inner' },
  body: (p, call) => {
    const measured = call('measure', { n: 8 });
    p.when(gt(measured.n, 5), () => {
      const outer = call('outer', { add: [measured.n] });
      p.when(gt(outer.n, 8), () => call('inner', { add: [outer.n] })).else(() => call('other', { n: 0 }));
    }).else(() => {
      p.when(gt(measured.n, 1), () => call('never', { n: 0 }));
    });
    return { measured: measured.n };
  },
};

const staticMap: Shape = {
  name: 'static-map',
  shows: 'a step for each item of a list that stands in the pipeline',
  victim: { step: 'each', on: 2 },
  body: (p, call) => {
    const each = p.map([1, 2, 3], (n) => call('each', { n }));
    return { all: (each as Given).n, sum: call('sum', { n: 0, add: (each as Given).n }).n };
  },
};

const dynamicMap: Shape = {
  name: 'run-time-map',
  shows:
    'a map over a list that a step gives: items named by a property, two at once, two steps each, one under a condition',
  victim: { step: 'fit', on: 30 },
  body: (p, call) => {
    const list = call('list', {
      items: [10, 20, 30, 40].map((size) => ({ name: `size-${size}`, size })),
    });
    const fitted = p.map(
      list.items,
      (item: Given) => {
        const fit = call('fit', { n: item.size });
        const score = call('score', { n: 1, add: [fit.n] });
        p.when(gt(item.size, 25), () => call('extra', { add: [score.n] }));
        return { score: score.n };
      },
      { key: 'name', parallelism: 2 },
    );
    return { sum: call('sum', { n: 0, add: (fitted as Given).score }).n };
  },
};

const nestedMap: Shape = {
  name: 'nested-map',
  shows: 'a map inside a map, over lists in a list',
  victim: { step: 'cell', on: 3 },
  body: (p, call) => {
    const table = call('table', { items: [[1, 2], [3], [4, 5]] });
    const rows = p.map(table.items, (row: Given) => {
      const cells = p.map(row, (n: Given) => call('cell', { n }));
      return { total: call('row', { n: 0, add: (cells as Given).n }).n };
    });
    return { sum: call('sum', { n: 0, add: (rows as Given).total }).n };
  },
};

const emptyMap: Shape = {
  name: 'empty-map',
  shows: 'a map over a list that turns out to be empty',
  victim: { step: 'sum' },
  body: (p, call) => {
    const list = call('list', { items: [] });
    const each = p.map(list.items, (n: Given) => call('each', { n }));
    return { all: (each as Given).n, sum: call('sum', { n: 0, add: (each as Given).n }).n };
  },
};

const wideMap: Shape = {
  name: 'map-of-100',
  shows: 'a hundred items of one step',
  victim: { step: 'each', on: 42 },
  body: (p, call) => {
    const list = call('list', { items: Array.from({ length: 100 }, (_, i) => i) });
    const each = p.map(list.items, (n: Given) => call('each', { n }));
    return { sum: call('sum', { n: 0, add: (each as Given).n }).n };
  },
};

const subPipeline: Shape = {
  name: 'sub-pipeline',
  shows: 'a pipeline called twice inside another one',
  victim: { step: 'again.clean' },
  body: (_p, call) => {
    const prepare = pipeline(
      'prepare',
      (_inner, { n }: { n: number }) => ({ n: call('clean', { add: [call('load', { n }).n] }).n as number }),
      { parameters: [{ name: 'n', role: 'param', required: true, schema: { type: 'number' } }] },
    );
    const first = prepare({ n: 3 });
    const again = prepare.as('again')({ n: first.n });
    return { n: call('report', { add: [first.n, again.n] }).n };
  },
};

const orderOnly: Shape = {
  name: 'order-only',
  shows: 'steps that come after others without taking anything from them',
  victim: { step: 'prepare' },
  body: (p, call) => {
    const prepare = call('prepare', { n: 1 });
    const check = call('check', { n: 2 });
    const run = p.after(prepare, check).do(() => call('run', { n: 3 }));
    call('clean-up', { n: 4 }, { after: [run] });
    return { n: run.n };
  },
};

const sweepStep: Shape = {
  name: 'sweep',
  shows: 'a hyper-parameter sweep as a step',
  victim: { step: 'use' },
  body: (_p, call) => {
    const best = call(
      'tune',
      { add: [call('base', { n: 2 }).n] },
      { sweep: { hyperparams: { n: [1, 7, 4] }, selector: 'max.n' } },
    );
    return { n: call('use', { n: 0, add: [best.n] }).n };
  },
};

/** The graphs of the suite. That a last step runs however the others end is a behaviour, on any of them. */
export const shapes: readonly Shape[] = [
  chain,
  diamond,
  fanOut,
  fanIn,
  twoRoots,
  condition('condition-holds', 9, 'large', 'a condition that holds, and its other branch'),
  condition('condition-fails', 3, 'small', 'a condition that does not hold, and its other branch'),
  nestedCondition,
  staticMap,
  dynamicMap,
  nestedMap,
  emptyMap,
  wideMap,
  subPipeline,
  orderOnly,
  sweepStep,
];
