// Checked by tsc (`npm run typecheck`): every line marked as an expected error must be one, and no other.
import type { Dataset, Model } from '../../src/data/artifact.ts';
import type { DataItem } from '../../src/data/data-item.ts';
import { eq, gt } from '../../src/pipelines/dsl/condition.ts';
import { type PipelineContext, pipeline } from '../../src/pipelines/dsl/pipeline.ts';
import type {
  InputArgs,
  InputKeys,
  ParamArgs,
  Reference,
  StepArguments,
  StepReference,
} from '../../src/pipelines/dsl/reference.ts';
import type { Context, Handler } from '../../src/runtime/context.ts';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : [A, 'is not', B];
declare function holds<Check extends true>(): Check;

type StepCall<Args, Results> = (args: StepArguments<Args>) => StepReference<Results>;
declare function asStep<Args, Results>(
  handler: (ctx: Context, args: Args) => Results | Promise<Results>,
): StepCall<Args, Results>;
declare function untyped(): StepCall<Record<string, unknown>, unknown>;

declare function makeData(
  ctx: Context,
  args: { rows?: number; label?: string },
): Promise<{ dataset: Dataset; rowCount: number; columns: string[]; later: Promise<Model>; at: Date }>;
declare function fit(
  ctx: Context,
  args: {
    data: Dataset;
    depth?: number;
    criterion?: 'gini' | 'entropy';
    weights?: readonly number[];
    grid?: { min: number; max: number };
  },
): { model: Model; metrics: { accuracy: number; perClass?: { name: string; f1: number }[] }; name: string };
declare function score(ctx: Context, args: { model: Model; data: DataItem; threshold: number }): void;
declare function count(ctx: Context, args: { rows: number }): number;
declare function either(ctx: Context, args: { fast: boolean }): { a: number } | { a: number; b: string };
declare function source(ctx: Context, args: { from: string | DataItem; when?: Date }): Model;

const data = asStep(makeData)({ rows: 5 });
const train = asStep(fit);
const m = train({ data: data.dataset, depth: 4 });
const evaluate = asStep(score);

// what must be accepted
train({ data: 'penguins.csv' });
train({ data: new URL('https://example.org/a.csv') });
train({ data: data.dataset, depth: data.rowCount, weights: [1, data.rowCount, m.metrics.accuracy] });
train({ data: data.dataset, grid: { min: 1, max: data.rowCount } });
train({ data: data.dataset, criterion: 'gini' });
evaluate({ model: m.model, data: data.dataset, threshold: m.metrics.accuracy });
evaluate({ model: data.later, data: m.model, threshold: 0.5 });
asStep(makeData)({
  label: m.metrics.perClass[0]?.name ?? 'species',
  rows: asStep(count)({ rows: 1 }).return,
});
asStep(source)({ from: data.dataset, when: data.at });
asStep(source)({ from: m.name });
const both = asStep(either)({ fast: true });
asStep(count)({ rows: both.a });
asStep(makeData)({ label: both.b });
const anything = untyped()({ x: m.model, y: 3 });
train({ data: anything.dataset, depth: anything.deep.er, criterion: anything.kind });

holds<Equal<typeof m.metrics.accuracy, Reference<number>>>();
holds<
  Equal<
    InputKeys<{ data: Dataset; extra?: string | DataItem; n: number; model: Model }>,
    'data' | 'extra' | 'model'
  >
>();
holds<
  Equal<keyof ParamArgs<{ data: Dataset; extra?: string | DataItem; n: number; s?: string }>, 'n' | 's'>
>();
holds<Equal<keyof InputArgs<{ data: Dataset; extra?: string | DataItem; n: number }>, 'data' | 'extra'>>();
const optionalStays: InputArgs<{ data?: Dataset }> = {};
void optionalStays;

// what must not
// @ts-expect-error wrong kind: a model where a dataset is wanted
train({ data: m.model });
// @ts-expect-error wrong kind: a dataset where a model is wanted
evaluate({ model: data.dataset, data: data.dataset, threshold: 1 });
// @ts-expect-error missing argument
evaluate({ model: m.model, data: data.dataset });
// @ts-expect-error an argument that the function does not have
train({ data: data.dataset, dept: 4 });
// @ts-expect-error a number where text is wanted
asStep(makeData)({ label: data.rowCount });
// @ts-expect-error text where a number is wanted
train({ data: data.dataset, depth: m.name });
// @ts-expect-error a list of the wrong values
train({ data: data.dataset, weights: [m.name] });
// @ts-expect-error text where a number is wanted, inside an object
train({ data: data.dataset, grid: { min: 1, max: m.name } });
// @ts-expect-error any text where only certain texts are allowed
train({ data: data.dataset, criterion: m.name });
// @ts-expect-error typo in an output
train({ data: data.datset });
// @ts-expect-error typo in a nested output
evaluate({ model: m.model, data: data.dataset, threshold: m.metrics.acuracy });
// @ts-expect-error arithmetic
void (m.metrics.accuracy * 2);
// @ts-expect-error arithmetic
void (m.metrics.accuracy + 1);
// @ts-expect-error arithmetic
void -m.metrics.accuracy.toFixed();
// @ts-expect-error comparison
void (m.metrics.accuracy > 0.9);
// @ts-expect-error equality
void (m.metrics.accuracy === 0.9);
// @ts-expect-error iterating
for (const column of data.columns) void column;
// @ts-expect-error mapping is no property of a reference to a list
data.columns.map((column) => column);
// @ts-expect-error spreading a list
void [...data.columns];
// @ts-expect-error nothing comes back from a step that returns nothing
evaluate({ model: m.model, data: data.dataset, threshold: 1 }).score;
// @ts-expect-error a step is not an output
train({ data });
// @ts-expect-error a plain value is not a reference
const notOne: Reference<number> = 3;
void notOne;

export const handlerOfAnyShape: Handler = fit;

declare const p: PipelineContext;
train({ data: p.artifact(data, 'rows') });
evaluate({ model: p.artifact(m, 'model'), data: p.artifact<Dataset>(data, 'rows'), threshold: 1 });
p.when(gt(m.metrics.accuracy, 0.9), () => train({ data: data.dataset }));
p.when(eq(m.name, 'x'), () => undefined).else(() => undefined);
p.after(data, m.model).do(() => train({ data: data.dataset }));
// @ts-expect-error a text is not compared by size
gt(m.name, 0.9);
// @ts-expect-error the types of both sides differ
eq(m.name, 3);
// @ts-expect-error not a step
p.artifact('data', 'rows');
// @ts-expect-error not a step
p.after('data');

const typed = pipeline('typed', (_p, { depth = 4 }: { depth?: number }) => {
  const step = train({ data: data.dataset, depth });
  return { accuracy: step.metrics.accuracy };
});
typed.plan({ depth: 3 });
// @ts-expect-error a parameter that the pipeline does not have
typed.plan({ dpeth: 3 });
// @ts-expect-error a parameter of another type
typed.plan({ depth: 'deep' });
// @ts-expect-error a parameter of another type, in a pipeline inside a pipeline
typed({ depth: 'deep' });
// @ts-expect-error a parameter that the pipeline does not have
typed({ dpeth: 3 });
// @ts-expect-error text where a number is wanted
typed({ depth: m.name });

// a pipeline inside a pipeline takes references, and gives what its body returns
const inner = typed({ depth: data.rowCount }, { after: [m] });
holds<Equal<typeof inner.accuracy, Reference<number>>>();
typed();
typed.as('typed-2').with({ timeoutMs: 10 })();
const strict = pipeline('strict', (_p, { depth }: { depth: number }) => ({ depth }));
// @ts-expect-error a missing parameter
strict();

// maps
declare function listFolds(
  ctx: Context,
  args: { count?: number },
): {
  folds: { name: string; rows: number }[];
  byName: Record<string, { rows: number }>;
  first: Dataset;
};
declare function compareAll(
  ctx: Context,
  args: { accuracies: readonly number[]; models: readonly string[] },
): { best: number };
const folds = asStep(listFolds)({});
const trained = p.map(folds.folds, (fold, { index, key }) => {
  holds<Equal<typeof fold, Reference<{ name: string; rows: number }>>>();
  holds<Equal<typeof index, Reference<number>>>();
  asStep(makeData)({ label: key, rows: fold.rows });
  return train({ data: data.dataset, depth: fold.rows });
});
asStep(compareAll)({
  accuracies: p.map([1, 2], (depth) => train({ data: data.dataset, depth }).metrics.accuracy),
  models: trained.model,
});
holds<Equal<typeof trained.name, Reference<readonly string[]>>>();
evaluate({
  model: trained.model[0] ?? 'none',
  data: data.dataset,
  threshold: trained[0]?.metrics.accuracy ?? 1,
});
p.after(trained).do(() => train({ data: data.dataset }));
const pairs = p.map(folds.byName, (fold) => {
  const one = train({ data: data.dataset, depth: fold.rows });
  return {
    rows: fold.rows,
    model: one.model,
    deep: p.map([0.1, 0.2], (threshold) => evaluate({ model: one.model, data: data.dataset, threshold })),
  };
});
holds<Equal<typeof pairs.rows, Reference<readonly number[]>>>();
holds<Equal<typeof pairs.model, Reference<readonly string[]>>>();
holds<Equal<typeof nothing, undefined>>();
const nothing = p.map(['a.csv'], (file) => void train({ data: file }));
p.map(anything.list, (item) => train({ data: item.file, depth: item.depth }));
// @ts-expect-error a number is no list to go over
p.map(m.metrics.accuracy, (one) => train({ data: data.dataset, depth: one }));
// @ts-expect-error a text is no list to go over
p.map('abc', () => train({ data: data.dataset }));
// @ts-expect-error an item of the wrong type
p.map(folds.folds, (fold) => train({ data: data.dataset, depth: fold.name }));
// @ts-expect-error a property that items do not have
p.map(folds.folds, (fold) => train({ data: data.dataset, depth: fold.row }));
// @ts-expect-error a list where a number is wanted
asStep(count)({ rows: trained.metrics });
// @ts-expect-error what the body's result does not have
void trained.acuracy;
// @ts-expect-error an item used in arithmetic
p.map([1, 2], (one) => train({ data: data.dataset, depth: one * 2 }));
