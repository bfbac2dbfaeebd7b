import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileNotFound } from '../core/errors.ts';
import { toJson } from '../core/json.ts';
import { sourceInvalid } from '../notebooks/errors.ts';
import type { CreatedBundle } from './create-bundle.ts';
import { displayPath } from './display-path.ts';
import { functionName } from './function-name.ts';
import type { Bundle, FunctionSpec, PackagedFunction } from './function-spec.ts';
import { hasExternals } from './link-externals.ts';
import type { PreparedSource, PrepareRequest } from './prepared-source.ts';
import { openSourceCache } from './source-cache.ts';
import { isCompleteBundle } from './write-bundle.ts';

export interface PackageFunctionOptions {
  /** `.ts`, `.mts`, `.js`, `.mjs` or `.ipynb`; a relative path starts from the root, else from the current folder. */
  readonly source: string;
  /** Functions to package into one bundle; the first is the default. @default the source's exported functions that take a Context; in a notebook those that take a Context */
  readonly handlers?: readonly string[];
  /** @default the handler's name, or the file's with several */
  readonly name?: string;
  /** Project folder: paths in specs and messages are relative to it. */
  readonly root: string;
  /** Folder of the cache (`.slipway/cache`). */
  readonly cacheDirectory: string;
  /** Results to store as artifacts, by name. */
  readonly returns?: FunctionSpec['spec']['returns'];
  /** Packages to leave out of the bundle besides native ones. */
  readonly external?: readonly string[];
}

/**
 * Packages handlers of a file or notebook: reads their contracts, bundles them with what they need, and puts the bundle
 * into the cache. Unchanged sources give the earlier result without loading compiler or bundler.
 * @throws FILE_NOT_FOUND, HANDLER_NOT_FOUND, HANDLER_INVALID, SOURCE_INVALID, PACKAGE_NOT_FOUND, NOTEBOOK_INVALID,
 * CELL_STATE_SHARED, CELL_STARTS_RUN
 */
export async function packageFunction(options: PackageFunctionOptions): Promise<PackagedFunction> {
  const request = prepareRequest(options);
  const cache = openSourceCache<PackagedFunction>(
    options.cacheDirectory,
    toJson({ kind: 'function', ...request }),
  );
  const known = cache.read();
  if (known && isUsable(known.bundle)) return { ...known, report: { ...known.report, reused: true } };
  const prepared = await prepare(request);
  const { createBundle } = await import('./create-bundle.ts');
  const created = await createBundle({
    ...prepared,
    cacheDirectory: options.cacheDirectory,
    returns: options.returns,
    root: request.root,
  });
  const packaged = describe(options, request, prepared, created);
  cache.write(packaged, [request.file, ...prepared.files, ...created.files]);
  return packaged;
}

function prepareRequest(options: PackageFunctionOptions): PrepareRequest {
  const root = existsSync(options.root) ? realpathSync(options.root) : path.resolve(options.root);
  const candidates = [path.resolve(root, options.source), path.resolve(options.source)];
  const file = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
  if (file === undefined)
    throw fileNotFound(`"${options.source}" does not exist`, {
      hint: `relative paths start from "${root}"; name a .ts, .mts, .js, .mjs or .ipynb file`,
    });
  if (!/\.(?:ts|mts|js|mjs|ipynb)$/.test(file))
    throw sourceInvalid(`"${options.source}" cannot be packaged: its extension is not known`, {
      hint: 'functions are written in .ts, .mts, .js, .mjs or .ipynb files',
    });
  return {
    file: realpathSync(file),
    root,
    handlers: options.handlers && options.handlers.length > 0 ? options.handlers : undefined,
    name: options.name,
    returns: options.returns,
    external: options.external ?? [],
  };
}

async function prepare(request: PrepareRequest): Promise<PreparedSource> {
  if (request.file.endsWith('.ipynb'))
    return (await import('./prepare-notebook.ts')).prepareNotebook(request);
  return (await import('./prepare-file.ts')).prepareFile(request);
}

function isUsable({ directory, manifest }: Bundle): boolean {
  return isCompleteBundle(directory, manifest) && hasExternals(directory, manifest.externals);
}

function describe(
  options: PackageFunctionOptions,
  request: PrepareRequest,
  prepared: PreparedSource,
  created: CreatedBundle,
): PackagedFunction {
  const [first] = prepared.handlers;
  const { directory, digest, manifest } = created;
  const source = displayPath(request.file, request.root);
  const [description] = first?.doc?.split('\n') ?? [];
  const spec: FunctionSpec = {
    apiVersion: 'slipway/v1',
    kind: 'Function',
    metadata: {
      name: options.name ?? functionName(prepared.handlers, request.file),
      ...(description ? { description } : {}),
    },
    spec: {
      handlers: Object.fromEntries(prepared.handlers.map((handler) => [handler.name, handler])),
      defaultHandler: first?.name ?? 'default',
      digest,
      bundle: manifest,
      source,
      ...(options.returns ? { returns: options.returns } : {}),
    },
  };
  const report = {
    source,
    included: prepared.included,
    dropped: prepared.dropped,
    packages: manifest.packages,
    externals: manifest.externals,
    size: manifest.size,
    digest,
    warnings: [...prepared.warnings, ...created.warnings],
    reused: created.existed,
  };
  return { spec, bundle: { directory, digest, manifest }, report };
}
