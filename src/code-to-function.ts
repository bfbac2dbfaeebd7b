import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Json, toJson } from './core/json.ts';
import { currentWorkspace } from './current-workspace.ts';
import { createFunctionHandle, type FunctionHandle } from './function-handle.ts';
import type { PackagedFunction } from './functions/function-spec.ts';
import { checkCellsSaved, checkSaved } from './notebooks/check-saved.ts';
import { openDisplay } from './notebooks/display/port/open-display.ts';
import { declaringCell } from './notebooks/executed-cells.ts';
import { cacheDirectory } from './projects/workspace.ts';
import type { Handler } from './runtime/context.ts';
import type { KubernetesOptions } from './runtime/kubernetes/manifest/kubernetes-options.ts';
import { isInsideHandler } from './runtime/run-scope.ts';

/**
 * Types of functions known by name, filled in by `slipway.d.ts` (written by `slipway types` and by every build)
 * through declaration merging.
 */
// biome-ignore lint/suspicious/noEmptyInterface: merged into by slipway.d.ts
export interface FunctionTypes {}

/** What is taken of a function of which nothing is known: any arguments, any results; the schema decides at submit. */
export interface UntypedFunction {
  args: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: stands for "type not known", which must fit every use
  results: Readonly<Record<string, any>>;
}

export type Known<Name> = Name extends keyof FunctionTypes ? FunctionTypes[Name] : UntypedFunction;
/** Args of a function known by name; any names where nothing is known, the schema decides at submit. */
export type ArgsOf<Name> = Known<Name> extends { args: infer Args } ? Args : never;
/** Results of a function known by name. */
export type ResultsOfName<Name> = Known<Name> extends { results: infer Results } ? Results : never;

/** Where a function's source is, when the function itself is not in scope. */
export interface SourceOptions<Name extends string = string> {
  /** Notebook or TypeScript file, relative to the working directory. */
  readonly filename: string;
  /** Name of the handler in it; needed when there are several. */
  readonly handler?: Name;
  /** Name of the function. @default the handler's */
  readonly name?: string;
  readonly returns?: Readonly<Record<string, 'result' | 'dataset' | 'model' | 'plot' | 'file'>>;
  /** How its runs look on a cluster, where a call does not say otherwise; kept in an exported function.yaml. */
  readonly kubernetes?: KubernetesOptions;
}

/**
 * Packages a function written in a notebook cell or file: takes the handler and what it needs, nothing else, reads its
 * contract from signature and JSDoc, and bundles it. Nothing changed, nothing rebuilt.
 *
 * @example
 * const fn = await codeToFunction(train);
 * const run = await fn.run({ inputs: { data: 'penguins.csv' }, params: { depth: 5 } });
 */
export function codeToFunction<Args, Results>(
  handler: Handler<Args, Results>,
  options?: Partial<SourceOptions>,
): Promise<FunctionHandle<Args, Results>>;
export function codeToFunction<Name extends string = string>(
  source: SourceOptions<Name>,
): Promise<FunctionHandle<ArgsOf<Name>, ResultsOfName<Name>>>;
export async function codeToFunction(
  source: Handler | SourceOptions,
  options: Partial<SourceOptions> = {},
): Promise<FunctionHandle<never, never>> {
  const live = typeof source === 'function' ? source : undefined;
  const callerStack = new Error().stack ?? '';
  const workspace = await currentWorkspace();
  const located = await locate(source, options, callerStack);
  const { packageFunction } = await import('./functions/package-function.ts');
  const bundled = await packageFunction({
    source: located.filename,
    root: workspace.project.root,
    cacheDirectory: cacheDirectory(workspace.project),
    ...(located.handler === undefined ? {} : { handlers: [located.handler] }),
    ...(located.name === undefined ? {} : { name: located.name }),
    ...(located.returns === undefined ? {} : { returns: located.returns }),
  });
  const packaged = withKubernetes(bundled, located.kubernetes);
  // a notebook that is only named may be another one than this kernel's
  if (live !== undefined && located.filename.endsWith('.ipynb'))
    checkCellsSaved(
      located.filename,
      new Set(packaged.report.included.flatMap(({ cell }) => (cell === undefined ? [] : [cell]))),
    );
  await showReport(packaged);
  return createFunctionHandle<never, never>(
    currentWorkspace,
    packaged,
    located.handler ?? packaged.spec.spec.defaultHandler,
    live,
  );
}

function withKubernetes(
  packaged: PackagedFunction,
  options: KubernetesOptions | undefined,
): PackagedFunction {
  if (options === undefined) return packaged;
  const kubernetes = toJson(options) as Readonly<Record<string, Json>>;
  return { ...packaged, spec: { ...packaged.spec, spec: { ...packaged.spec.spec, kubernetes } } };
}

/** A notebook says what was packaged; a script prints nothing by itself. */
async function showReport({ spec, report }: PackagedFunction): Promise<void> {
  const display = isInsideHandler() ? undefined : openDisplay();
  if (display === undefined) return;
  const { packageReportOutput } = await import('./functions/render-report-card.ts');
  display.show(packageReportOutput(spec.metadata.name, report).bundle);
}

/**
 * Where the source is. A relative filename starts from the file that wrote it, where that is known and the file is there, else
 * from the working directory.
 */
async function locate(
  source: Handler | SourceOptions,
  options: Partial<SourceOptions>,
  callerStack: string,
): Promise<SourceOptions> {
  const { callerFile, locateSource } = await import('./functions/locate-source.ts');
  const given = typeof source === 'function' ? { handler: source.name, ...options } : source;
  if (given.filename === undefined)
    return { ...options, ...(await locateSource(source as Handler, callerStack)) };
  const caller = callerFile(callerStack);
  const beside = caller === undefined ? given.filename : path.resolve(path.dirname(caller), given.filename);
  const filename = existsSync(beside) ? beside : path.resolve(given.filename);
  const cell = typeof source === 'function' ? declaringCell(source.name) : undefined;
  if (cell !== undefined && filename.endsWith('.ipynb') && existsSync(filename))
    checkSaved(filename, given.handler ?? '', cell);
  return { ...given, filename };
}
