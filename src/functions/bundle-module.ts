import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileNotFound } from '../core/errors.ts';
import type { Bundle } from './function-spec.ts';
import { hasExternals } from './link-externals.ts';
import { openSourceCache } from './source-cache.ts';
import { isCompleteBundle } from './write-bundle.ts';

export interface BundleModuleOptions {
  /** Project folder. */
  readonly root: string;
  readonly cacheDirectory: string;
  readonly external?: readonly string[];
}

/**
 * Bundles any TypeScript or JavaScript module with all its exports: pipeline files, scripts. Unchanged sources give the
 * earlier bundle. Load it with `loadBundle`.
 * @param file relative paths start from the root
 * @throws FILE_NOT_FOUND, SOURCE_INVALID, PACKAGE_NOT_FOUND
 */
export async function bundleModule(file: string, options: BundleModuleOptions): Promise<Bundle> {
  const root = existsSync(options.root) ? realpathSync(options.root) : path.resolve(options.root);
  const source = path.resolve(root, file);
  if (!existsSync(source))
    throw fileNotFound(`"${file}" does not exist`, { hint: `relative paths start from "${root}"` });
  const external = options.external ?? [];
  const cache = openSourceCache<Bundle>(options.cacheDirectory, {
    kind: 'module',
    file: source,
    root,
    external,
  });
  const known = cache.read();
  if (
    known &&
    isCompleteBundle(known.directory, known.manifest) &&
    hasExternals(known.directory, known.manifest.externals)
  )
    return known;
  const { createBundle } = await import('./create-bundle.ts');
  const created = await createBundle({
    entry: { file: realpathSync(source) },
    root,
    cacheDirectory: options.cacheDirectory,
    handlers: [],
    originals: new Map(),
    inputs: {
      notebookModules: new Map(),
      moduleCells: new Map(),
      directory: path.dirname(source),
      replacedFiles: new Map(),
      external,
    },
  });
  const bundle: Bundle = { directory: created.directory, digest: created.digest, manifest: created.manifest };
  cache.write(bundle, created.files);
  return bundle;
}
