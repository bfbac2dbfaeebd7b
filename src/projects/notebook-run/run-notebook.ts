import { existsSync } from 'node:fs';
import path from 'node:path';
import { reviveError } from '../../core/error.ts';
import type { Json } from '../../core/json.ts';
import { localRoot } from '../../functions/local-root.ts';
import { type ExecutedNotebook, executeNotebook } from '../../notebooks/headless/execute-notebook.ts';
import { findTslab } from '../../notebooks/headless/find-tslab.ts';
import { injectParameters } from '../../notebooks/headless/inject-parameters.ts';
import { parseNotebookFile } from '../../notebooks/headless/notebook-file.ts';
import type { Context } from '../../runtime/context.ts';
import { findStore } from '../../runtime/find-store.ts';
import { type ContextCalls, createContextCalls } from './answer-context-calls.ts';
import { checkParameterNames } from './check-parameter-names.ts';
import { type ContextFacts, contextCall } from './context-facts.ts';
import { kernelEntry } from './kernel-process.ts';
import type { NotebookSource } from './notebook-source.ts';
import { saveExecuted } from './save-executed.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** How long a cell that looks at `ctx.signal` may take to stop: the run itself gives five seconds, saving included. */
const graceMs = 2500;

/**
 * The handler that every packaged notebook has: executes the notebook in a kernel whose context is this run's, and stores the
 * executed notebook and its HTML however it ends. Throws NOTEBOOK_CELL_FAILED, with cell and line, for the cell that failed.
 */
export async function runNotebook(context: Context, args: Arguments, source: NotebookSource): Promise<void> {
  const values = Object.fromEntries(
    Object.entries(args).filter(([key]) => !Object.hasOwn(context.inputs, key)),
  );
  checkParameterNames(Object.keys(values), source);
  const notebook = injectParameters(parseNotebookFile(source.content, source.path), values);
  const file = path.join(source.root, source.path);
  const directory = existsSync(path.dirname(file)) ? path.dirname(file) : process.cwd();
  const calls = createContextCalls(context, directory);
  const executed = await executeNotebook(notebook, {
    displayPath: source.path,
    directory,
    notebook: file,
    entry: kernelEntry(),
    tslab: findTslab(directory),
    env: process.env,
    setup: contextFacts(context),
    onCall: (name, given) => answer(calls, name, given),
    onText: (name, text) => void process[name].write(text),
    signal: context.signal,
    graceMs: () => (calls.usesSignal ? graceMs : 0),
  });
  await saveExecuted(context, source.path, executed, calls.secrets);
  throwFailure(executed, context);
}

/** As the module of a packaged notebook calls it. */
export function runBundledNotebook(
  context: Context,
  args: Arguments,
  source: Omit<NotebookSource, 'root'>,
  bundleDirectory: string,
): Promise<void> {
  return runNotebook(context, args, { ...source, root: localRoot(bundleDirectory) ?? process.cwd() });
}

function answer(calls: ContextCalls, name: string, values: readonly unknown[]): unknown {
  if (name !== contextCall) throw new Error(`a kernel asked for "${name}", which does not exist`);
  return calls.answer(values);
}

function contextFacts(context: Context): ContextFacts {
  const { uid, name, project, iteration, attempt, params, labels } = context;
  const inputs = Object.entries(context.inputs).map(([key, item]) => [key, item.url]);
  const { storeDirectory } = findStore({}, { directory: process.cwd(), env: process.env });
  return {
    uid,
    name,
    project,
    iteration,
    attempt,
    params: params as Readonly<Record<string, Json>>,
    inputs: Object.fromEntries(inputs) as Readonly<Record<string, string>>,
    labels,
    storeDirectory,
  };
}

function throwFailure({ state, error }: ExecutedNotebook, context: Context): void {
  if (error) throw reviveError(error);
  if (state === 'stopped') throw context.signal.reason;
}
