import { nearestName } from '../../core/nearest-name.ts';
import type { FileContent, LogModelOptions, TableLike } from '../../data/artifact.ts';
import { createTable } from '../../data/create-table.ts';
import type { DataItem } from '../../data/data-item.ts';
import { openArtifact } from '../../data/open-artifact.ts';
import { resolveInput } from '../../data/resolve-input.ts';
import type { ChildContext, Context } from '../../runtime/context.ts';
import { inputNotFound } from '../../runtime/errors.ts';
import { createLogger } from '../../runtime/logger.ts';
import { setSingleRunScope } from '../../runtime/run-scope.ts';
import { openLocalStore } from '../../tracking/local/local-store.ts';
import type { ArtifactRecord } from '../../tracking/run.ts';
import type { RunStore } from '../../tracking/store.ts';
import { type ContextFacts, contextCall, type TableCopy } from './context-facts.ts';

type Call = (name: string, ...values: readonly unknown[]) => unknown;

/** Makes the run that this kernel belongs to the one that `getOrCreateContext` finds. */
export async function enterRemoteContext(setup: unknown, call: Call, signal: AbortSignal): Promise<void> {
  if (setup === undefined) return;
  const facts = setup as ContextFacts;
  const store = openLocalStore({ directory: facts.storeDirectory, project: facts.project });
  const entries = Object.entries(facts.inputs).map(
    async ([key, url]): Promise<[string, DataItem]> => [
      key,
      await resolveInput(url, { store, baseDirectory: process.cwd(), key }),
    ],
  );
  const inputs = Object.fromEntries(await Promise.all(entries));
  const context = createRemoteContext({ facts, call, signal, store, inputs, target: 0 });
  setSingleRunScope({ uid: facts.uid, context, isNotebook: true });
}

interface RemoteOptions {
  readonly facts: ContextFacts;
  readonly call: Call;
  readonly signal: AbortSignal;
  readonly store: RunStore;
  readonly inputs: Readonly<Record<string, DataItem>>;
  readonly target: number;
}

/** A context whose calls are carried out, and recorded, in the process that holds the run; they return once that is done. */
function createRemoteContext(options: RemoteOptions): Context {
  const { facts, inputs } = options;
  const labels: Record<string, string> = { ...facts.labels };
  const ask = (method: string, ...values: readonly unknown[]): unknown =>
    options.call(contextCall, options.target, method, ...values);
  return {
    uid: facts.uid,
    name: facts.name,
    project: facts.project,
    iteration: facts.iteration,
    attempt: facts.attempt,
    params: Object.freeze({ ...facts.params }),
    inputs: Object.freeze({ ...inputs }),
    get labels() {
      return { ...labels };
    },
    logger: createLogger((line) => void process.stderr.write(line)),
    get signal() {
      if (!options.signal.aborted) ask('useSignal');
      return options.signal;
    },
    random: () => ask('random') as number,
    ...logCalls(ask, labels),
    ...saveCalls(ask, options.store),
    input: (key) => inputOf(key, options),
    child: (params = {}) => createRemoteChild(options, params),
  };
}

type Ask = (method: string, ...values: readonly unknown[]) => unknown;

function logCalls(
  ask: Ask,
  labels: Record<string, string>,
): Pick<Context, 'logResult' | 'logResults' | 'logMetric' | 'logMetrics' | 'setLabel' | 'secret' | 'commit'> {
  return {
    logResult: (key, value) => void ask('logResult', key, plain(value)),
    logResults: (results) => void ask('logResults', plain(results)),
    logMetric: (key, value, options) => void ask('logMetric', key, value, options),
    logMetrics: (metrics, options) => void ask('logMetrics', metrics, options),
    setLabel: (key, value) => {
      ask('setLabel', key, value);
      labels[key] = String(value);
    },
    secret: (name) => ask('secret', name) as string,
    commit: (message) => void ask('commit', message),
  };
}

function saveCalls(
  ask: Ask,
  store: RunStore,
): Pick<Context, 'logArtifact' | 'logDataset' | 'logModel' | 'logPlot'> {
  const save = async <Saved>(method: string, ...values: readonly unknown[]): Promise<Saved> =>
    openArtifact(store, ask(method, ...values) as ArtifactRecord) as Saved;
  return {
    logArtifact: async (key, content, options) => save('logArtifact', key, portable(content), options),
    logDataset: async (key, table, options) => save('logDataset', key, copyTable(table), options),
    logModel: async (key, options) => save('logModel', key, copyModel(options)),
    logPlot: async (key, plot, options) => save('logPlot', key, plain(plot), options),
  };
}

function inputOf(key: string, { inputs, facts }: RemoteOptions): DataItem {
  const item = Object.hasOwn(inputs, key) ? inputs[key] : undefined;
  if (item !== undefined) return item;
  const names = Object.keys(inputs);
  const nearest = nearestName(key, names);
  const has =
    names.length === 0 ? 'it was given none' : `it has ${names.map((name) => `"${name}"`).join(', ')}`;
  throw inputNotFound(`run "${facts.name}" has no input "${key}"`, {
    hint: nearest ? `did you mean "${nearest}"?` : `${has}; give it with --input ${key}=<url>`,
  });
}

function createRemoteChild(options: RemoteOptions, params: Readonly<Record<string, unknown>>): ChildContext {
  const opened = options.call(contextCall, options.target, 'child', plain(params)) as Pick<
    ContextFacts,
    'uid' | 'params' | 'iteration'
  > & { readonly target: number };
  const { target, ...own } = opened;
  const ask: Ask = (method, ...values) => options.call(contextCall, target, method, ...values);
  const context = createRemoteContext({
    ...options,
    facts: { ...options.facts, ...own, labels: {} },
    target,
  });
  const ends: Pick<ChildContext, 'complete' | 'fail' | 'markAsBest'> = {
    complete: () => void ask('complete'),
    fail: (error) => void ask('fail', plain(error)),
    markAsBest: () => void ask('markAsBest'),
  };
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(context), ...Object.getOwnPropertyDescriptors(ends) },
  ) as ChildContext;
}

/** Functions and symbols cannot cross; where a value has its own JSON form, that is what would be recorded anyway. */
function plain(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error || value instanceof Date || value instanceof Map || value instanceof Set)
    return value;
  if (ArrayBuffer.isView(value)) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON() as unknown);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function portable(content: FileContent): unknown {
  return typeof content === 'object' && 'json' in content ? { json: plain(content.json) } : content;
}

function copyTable(source: TableLike): TableCopy {
  const table = createTable(source as Parameters<typeof createTable>[0]);
  return {
    columns: Object.fromEntries(table.columns.map(({ name }) => [name, [...table.column(name)]])),
    types: Object.fromEntries(table.columns.map(({ name, type }) => [name, type])),
  };
}

function copyModel(options: LogModelOptions): object {
  const { trainingSet, predictor, parameters, files, ...rest } = options;
  return {
    ...rest,
    ...(files === undefined
      ? {}
      : { files: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, portable(file)])) }),
    ...(predictor === undefined ? {} : { predictor: plain(predictor) }),
    ...(parameters === undefined ? {} : { parameters: plain(parameters) }),
    ...(trainingSet === undefined ? {} : { trainingSet: copyTable(trainingSet) }),
  };
}
