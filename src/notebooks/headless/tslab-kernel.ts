import { createRequire } from 'node:module';
import path from 'node:path';
import type vm from 'node:vm';
import { cellScript, describeThrown } from './cell-error.ts';
import { type CellSourceMap, composeMaps, splitInlineMap } from './cell-source-map.ts';
import type { CellError } from './kernel-messages.ts';

/** Where a cell's output goes while it runs, and after it. */
export interface KernelOutput {
  stream(name: 'stdout' | 'stderr', text: string): void;
  display(data: Readonly<Record<string, unknown>>, id: string | undefined, update: boolean): void;
}

/** tslab in this process, which is then a kernel for good: streams and the module `vm` are its own. */
export interface TslabKernel {
  /** Runs a cell as the kernel would; gives why it failed, if it did. */
  execute(cell: number, code: string): Promise<CellError | undefined>;
  describe(thrown: unknown): CellError;
}

interface TypeScriptOfTslab {
  createWatchCompilerHost: (files: unknown, options: CompilerOptions, ...rest: unknown[]) => unknown;
  transpileModule: (
    code: string,
    request: { compilerOptions: Record<string, unknown> },
  ) => { outputText: string; sourceMapText?: string };
}

interface CompilerOptions {
  inlineSourceMap?: boolean;
  typeRoots?: string[];
}

interface TslabHandler {
  handleExecute(
    request: { code: string },
    stream: (name: 'stdout' | 'stderr', text: string) => void,
    display: (
      data: { data: Readonly<Record<string, unknown>>; transient?: { display_id?: string } },
      update?: boolean,
    ) => void,
  ): Promise<{ status: 'ok' | 'error' | 'abort' }>;
}

interface TslabParts {
  createConverter(options: { isJS: boolean; isBrowser: boolean }): unknown;
  createExecutor(directory: string, converters: unknown, console: object): object;
  JupyterHandlerImpl: new (executor: object, isJs: boolean) => TslabHandler;
}

/** tslab puts `export {};` and a line break before a cell's text. */
const linesBefore = 1;
const wrapped = /^\((?:async )?function\(exports, require\) \{ /;

/**
 * Loads tslab 1.0.22: the only file that knows its parts, none of which are public. They are told to keep source maps, to run each
 * cell under a name of its own, and to hand over errors instead of printing them.
 * @param tslab folder of the package
 */
export function loadTslab(
  tslab: string,
  options: { readonly isJavaScript: boolean; readonly output: KernelOutput },
): TslabKernel {
  const load = createRequire(path.join(tslab, 'dist', 'main.js'));
  const maps = new Map<number, CellSourceMap>();
  const current = { cell: 0 };
  const api = changeable(load, '@tslab/typescript-for-tslab') as TypeScriptOfTslab;
  keepMaps(api, (map) => maps.set(current.cell, map));
  findNodeTypes(api, load);
  nameScripts(load('node:vm') as typeof vm, current);
  const parts: TslabParts = {
    ...(load('./converter.js') as Pick<TslabParts, 'createConverter'>),
    ...(load('./executor.js') as Pick<TslabParts, 'createExecutor'>),
    ...(load('./jupyter.js') as Pick<TslabParts, 'JupyterHandlerImpl'>),
  };
  const find: Parameters<typeof describeThrown>[1] = (cell, line, column) =>
    maps.get(cell)?.find(line, column);
  return new LoadedKernel(parts, options, { current, describe: (thrown) => describeThrown(thrown, find) });
}

interface KernelState {
  readonly current: { cell: number };
  readonly describe: (thrown: unknown) => CellError;
}

class LoadedKernel implements TslabKernel {
  readonly #parts: TslabParts;
  readonly #executor: object;
  readonly #output: KernelOutput;
  readonly #state: KernelState;
  readonly #isJavaScript: boolean;
  #handler: TslabHandler;
  #error: CellError | undefined;
  #diagnostics: CellError[] = [];

  constructor(
    parts: TslabParts,
    options: { readonly isJavaScript: boolean; readonly output: KernelOutput },
    state: KernelState,
  ) {
    this.#parts = parts;
    this.#output = options.output;
    this.#state = state;
    this.#isJavaScript = options.isJavaScript;
    const node = parts.createConverter({ isJS: options.isJavaScript, isBrowser: false });
    const converters = { node, browser: node, close: () => undefined };
    this.#executor = parts.createExecutor(process.cwd(), converters, {
      log: (...values: unknown[]) => console.log(...values),
      error: (...values: unknown[]) => this.#takeError(values),
    });
    this.#handler = new parts.JupyterHandlerImpl(this.#executor, options.isJavaScript);
  }

  async execute(cell: number, code: string): Promise<CellError | undefined> {
    this.#state.current.cell = cell;
    this.#error = undefined;
    this.#diagnostics = [];
    const { status } = await this.#handler.handleExecute(
      { code },
      (name, text) => this.#output.stream(name, text),
      ({ data, transient }, update) => this.#output.display(data, transient?.display_id, update === true),
    );
    if (status === 'ok') {
      this.#printDiagnostics();
      return undefined;
    }
    // after a failure the handler refuses cells for a while, so that Jupyter drops what is queued
    this.#handler = new this.#parts.JupyterHandlerImpl(this.#executor, this.#isJavaScript);
    return (
      this.#error ??
      refusal(this.#diagnostics) ?? { name: 'Error', message: 'the kernel gave no reason', frames: [] }
    );
  }

  describe(thrown: unknown): CellError {
    return this.#state.describe(thrown);
  }

  /** tslab prints a refusal by the type check with a format of its own, and what was thrown as it is. */
  #takeError(values: readonly unknown[]): void {
    const [format, file, line, column, text] = values;
    if (format !== '%s%d:%d - %s') {
      this.#error ??= this.#state.describe(values.at(-1));
      return;
    }
    const place = String(file).trim() === '' ? { cell: this.#state.current.cell } : {};
    const where = String(file).trim() === '' ? '' : `${String(file).trim()}:${line}:${column}: `;
    this.#diagnostics.push({
      name: 'TypeError',
      message: `${where}${text}`,
      ...('cell' in place ? { ...place, line: Number(line), column: Number(column) } : {}),
      frames: [],
      refused: true,
    });
  }

  /** Cells that are modules (`@module`) are taken whatever the type check says. */
  #printDiagnostics(): void {
    for (const { line, column, message } of this.#diagnostics)
      this.#output.stream('stderr', `${line}:${column} - ${message}\n`);
  }
}

function refusal(diagnostics: readonly CellError[]): CellError | undefined {
  const [first, ...others] = diagnostics;
  if (!first) return undefined;
  const frames = others.map(({ line, column, message }) => `${line}:${column} - ${message}`);
  return { ...first, name: 'TypeCheckError', frames };
}

/** The compiler's exports cannot be assigned, so everyone who asks for it from here on gets a copy that can. */
function changeable(load: NodeJS.Require, name: string): object {
  const original = load(name) as object;
  const module = load.cache[load.resolve(name)];
  if (!module) return original;
  module.exports = { ...original };
  return module.exports as object;
}

/** Both compilation steps keep maps, and the two become one. */
function keepMaps(api: TypeScriptOfTslab, take: (map: CellSourceMap) => void): void {
  const { createWatchCompilerHost, transpileModule } = api;
  api.createWatchCompilerHost = (files, options, ...rest) =>
    createWatchCompilerHost(files, { ...options, inlineSourceMap: true }, ...rest);
  api.transpileModule = (emitted, request) => {
    const { code, map } = splitInlineMap(emitted);
    const compilerOptions = { ...request.compilerOptions, sourceMap: true };
    const result = transpileModule(code, { ...request, compilerOptions });
    const isCell = map?.sources.some(
      (source) => source.endsWith('__tslab__.ts') || source.endsWith('__tslab__.js'),
    );
    const outputText = result.outputText.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n');
    const places = { lineOffset: linesBefore, lineCount: outputText.trimEnd().split('\n').length };
    if (map && isCell && result.sourceMapText)
      take(composeMaps(JSON.parse(result.sourceMapText) as typeof map, map, places));
    return { ...result, outputText };
  };
}

/** tslab looks for Node's types only beside the notebook and below itself; npm mostly puts them beside it. */
function findNodeTypes(api: TypeScriptOfTslab, load: NodeJS.Require): void {
  const { createWatchCompilerHost } = api;
  api.createWatchCompilerHost = (files, options, ...rest) => {
    const typeRoots = [...(options.typeRoots ?? []), ...nodeTypeRoots(load)];
    return createWatchCompilerHost(files, { ...options, typeRoots: [...new Set(typeRoots)] }, ...rest);
  };
}

function nodeTypeRoots(load: NodeJS.Require): readonly string[] {
  try {
    return [path.dirname(path.dirname(load.resolve('@types/node/package.json')))];
  } catch {
    // without them cells that use console are refused, and say so
    return [];
  }
}

/** All cells run as `evalmachine.<anonymous>` otherwise. */
function nameScripts(module: typeof vm, current: { readonly cell: number }): void {
  const { runInThisContext } = module;
  module.runInThisContext = (code, options) => {
    const prefix = wrapped.exec(code)?.[0];
    const isCell = prefix !== undefined && typeof options === 'object' && options.breakOnSigint === true;
    if (!isCell) return runInThisContext(code, options) as unknown;
    return runInThisContext(code, {
      ...options,
      filename: cellScript(current.cell),
      columnOffset: -prefix.length,
    }) as unknown;
  };
}
