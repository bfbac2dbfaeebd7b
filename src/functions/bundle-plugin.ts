import path from 'node:path';
import type { Loader, OnLoadResult, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { lateModule, latePrefix } from '../notebooks/emit/emit-cells.ts';
import { provideDenoImports } from './deno-imports.ts';
import type { ExternalLookup } from './external-packages.ts';
import {
  type InstalledPackage,
  packageFolder,
  packageName,
  readInstalledPackage,
} from './installed-package.ts';
import { apiModule, displayModule } from './virtual-modules.ts';

/** A module that is no file, or a file whose text is replaced. */
export interface SourceModule {
  readonly contents: string;
  readonly loader: Loader;
}

export interface BundleInputs {
  /** Modules of the `notebook:` namespace by id. */
  readonly notebookModules: ReadonlyMap<string, SourceModule>;
  /** `@module` cells: name to id. */
  readonly moduleCells: ReadonlyMap<string, string>;
  /** Folder that imports in notebook modules start from. */
  readonly directory: string;
  /** Absolute file to the text that takes its place. */
  readonly replacedFiles: ReadonlyMap<string, SourceModule>;
  /** Packages to leave out by the user's wish. */
  readonly external: readonly string[];
}

/** What resolving found out. */
export interface BundleFindings {
  /** Packages left out of the bundle: native, or forced. */
  readonly externals: Map<string, InstalledPackage>;
  /** Packages that turned out to load a `.node` file while bundling. */
  readonly natives: Set<string>;
  usesDisplay: boolean;
  needsApi: boolean;
}

/** Which imports may be of packages to leave out, and how that is decided. */
export interface NativeSearch {
  readonly asked: RegExp;
  readonly lookup: ExternalLookup;
}

/** Gives esbuild the notebook's cells, the stand-ins for `slipway` and `tslab`, and keeps native packages out. */
export function bundlePlugin(inputs: BundleInputs, findings: BundleFindings, search: NativeSearch): Plugin {
  return {
    name: 'slipway',
    setup(build) {
      provideCells(build, inputs);
      provideStandIns(build, findings);
      provideDenoImports(build);
      keepNativeOut(build, findings, search);
      for (const [file, module] of inputs.replacedFiles)
        build.onLoad({ filter: exactly(file), namespace: 'file' }, () => ({
          contents: module.contents,
          loader: module.loader,
          resolveDir: path.dirname(file),
        }));
    },
  };
}

function provideCells(build: PluginBuild, inputs: BundleInputs): void {
  build.onResolve({ filter: /^notebook:/ }, ({ path: id }) => ({
    path: id.slice('notebook:'.length),
    namespace: 'notebook',
  }));
  build.onResolve({ filter: new RegExp(`^${latePrefix}`) }, ({ path: id }) => ({
    path: id.slice(latePrefix.length),
    namespace: 'late',
  }));
  build.onLoad({ filter: /.*/, namespace: 'late' }, () => ({ contents: lateModule, loader: 'js' }));
  build.onLoad({ filter: /.*/, namespace: 'notebook' }, ({ path: id }): OnLoadResult | undefined => {
    const module = inputs.notebookModules.get(id);
    return module && { contents: module.contents, loader: module.loader, resolveDir: inputs.directory };
  });
  if (inputs.moduleCells.size === 0) return;
  build.onResolve(
    { filter: /^\.\//, namespace: 'notebook' },
    ({ path: specifier }): OnResolveResult | undefined => {
      const id = inputs.moduleCells.get(specifier.slice(2).replace(/\.[jt]s$/, ''));
      return id === undefined ? undefined : { path: id, namespace: 'notebook' };
    },
  );
}

function provideStandIns(build: PluginBuild, findings: BundleFindings): void {
  build.onResolve({ filter: /^slipway$/ }, () => {
    findings.needsApi = true;
    return { path: 'slipway', namespace: 'slipway' };
  });
  build.onResolve({ filter: /^tslab$/ }, () => {
    findings.usesDisplay = true;
    return { path: 'tslab', namespace: 'slipway' };
  });
  build.onLoad({ filter: /.*/, namespace: 'slipway' }, ({ path: name }) => ({
    contents: name === 'slipway' ? apiModule : displayModule,
    loader: 'js',
  }));
}

function keepNativeOut(build: PluginBuild, findings: BundleFindings, { asked, lookup }: NativeSearch): void {
  build.onResolve({ filter: asked }, (args): OnResolveResult | undefined => {
    if (args.kind === 'entry-point') return undefined;
    const found = lookup(args.path, args.resolveDir);
    if (!found) return undefined;
    findings.externals.set(packageName(args.path), found);
    return { path: args.path, external: true };
  });
  build.onResolve({ filter: /\.node$/ }, (args) => {
    const folder = packageFolder(args.importer);
    if (folder === undefined) return undefined;
    findings.natives.add(readInstalledPackage(folder).name);
    // the build is repeated with this package left out
    return { path: args.path, external: true };
  });
}

function exactly(file: string): RegExp {
  return new RegExp(`^${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
