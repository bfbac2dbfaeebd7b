import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileNotFound } from '../../core/errors.ts';
import { bundleDigest } from '../../functions/bundle-digest.ts';
import { displayPath } from '../../functions/display-path.ts';
import { esbuildVersion } from '../../functions/esbuild-version.ts';
import { functionName } from '../../functions/function-name.ts';
import type { BundleManifest, HandlerSpec, PackagedFunction } from '../../functions/function-spec.ts';
import { rememberRoot } from '../../functions/local-root.ts';
import { bundleTarget } from '../../functions/run-esbuild.ts';
import { bundleFiles, withMapReference, writeBundle } from '../../functions/write-bundle.ts';
import { cleanNotebook } from '../../notebooks/headless/clean-notebook.ts';
import { checkLanguage } from '../../notebooks/headless/execute-notebook.ts';
import { parseNotebookFile, renderNotebookFile } from '../../notebooks/headless/notebook-file.ts';
import { cacheDirectory, type Workspace } from '../workspace.ts';
import { notebookHandler, readContract } from './notebook-parameters.ts';
import type { NotebookSource } from './notebook-source.ts';

/** A whole notebook as a function, and what its handler executes. */
export interface PackagedNotebook {
  readonly packaged: PackagedFunction;
  readonly source: NotebookSource;
}

/**
 * Packages a whole notebook as a function: run, it executes every cell with its parameters injected. Outputs, counts and metadata
 * that changes by itself are no part of it.
 * @param file relative paths start from the workspace's directory
 * @throws FILE_NOT_FOUND, NOTEBOOK_INVALID, NOTEBOOK_LANGUAGE_UNSUPPORTED
 */
export function packageNotebook(workspace: Workspace, file: string): PackagedNotebook {
  const found = path.resolve(workspace.directory, file);
  if (!existsSync(found))
    throw fileNotFound(`notebook "${file}" does not exist`, { hint: `looked in "${path.dirname(found)}"` });
  const absolute = realpathSync(found);
  const root = realpathSync(workspace.project.root);
  const shown = displayPath(absolute, root);
  const text = readFileSync(absolute, 'utf8');
  const notebook = parseNotebookFile(text, shown);
  checkLanguage(notebook, shown);
  const content = renderNotebookFile(cleanNotebook(notebook));
  const { handler, declared } = readContract(content, absolute, shown);
  const plain = {
    path: shown,
    content,
    parameters: declared ? handler.parameters.map(({ name }) => name) : undefined,
  };
  const packaged = createPackage({
    handler,
    plain,
    root,
    cache: cacheDirectory(workspace.project),
    absolute,
  });
  return { packaged, source: { ...plain, root } };
}

interface PackageParts {
  readonly handler: HandlerSpec;
  readonly plain: Omit<NotebookSource, 'root'>;
  readonly root: string;
  readonly cache: string;
  readonly absolute: string;
}

function createPackage({ handler, plain, root, cache, absolute }: PackageParts): PackagedFunction {
  const code = withMapReference(renderModule(plain));
  const manifest: BundleManifest = {
    apiVersion: 'slipway/v1',
    digest: bundleDigest({ code, handlers: [handler], externals: {}, target: bundleTarget }),
    handlers: [notebookHandler],
    externals: {},
    packages: {},
    // the module finds what executes it beside the API
    needsApi: true,
    size: Buffer.byteLength(code),
    target: bundleTarget,
    esbuild: esbuildVersion(),
  };
  const map = JSON.stringify({ version: 3, sources: [], names: [], mappings: '' });
  const { directory, digest, existed } = writeBundle(bundleFiles(code, map, manifest), manifest, cache);
  rememberRoot(directory, root);
  const cells = (JSON.parse(plain.content) as { cells: readonly { cell_type: string }[] }).cells;
  const count = cells.filter((cell) => cell.cell_type === 'code').length;
  return {
    spec: {
      apiVersion: 'slipway/v1',
      kind: 'Function',
      metadata: { name: functionName([], absolute) },
      spec: {
        handlers: { [notebookHandler]: handler },
        defaultHandler: notebookHandler,
        digest,
        bundle: manifest,
        source: plain.path,
      },
    },
    bundle: { directory, digest, manifest },
    report: {
      source: plain.path,
      included: Array.from({ length: count }, (_, at) => ({ cell: at + 1, statements: 1 })),
      dropped: [],
      packages: {},
      externals: {},
      size: manifest.size,
      digest,
      warnings: [],
      reused: existed,
    },
  };
}

/** The slot is filled where the public API is loaded (see `notebook-function.ts`). */
function renderModule(plain: Omit<NotebookSource, 'root'>): string {
  return [
    `const source = ${JSON.stringify(plain)};`,
    `export const ${notebookHandler} = (context, args) =>`,
    "  globalThis[Symbol.for('slipway')].get('notebook-runner')(context, args, source, import.meta.dirname);",
    `export default ${notebookHandler};`,
    '',
  ].join('\n');
}
