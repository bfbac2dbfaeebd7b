import path from 'node:path';
import type { Metafile } from 'esbuild';
import { bundleDigest } from './bundle-digest.ts';
import type { BundleInputs } from './bundle-plugin.ts';
import { finishSourceMap } from './bundle-source-map.ts';
import { bundleWarnings } from './bundle-warnings.ts';
import { esbuildVersion } from './esbuild-version.ts';
import type { BundleManifest, HandlerSpec } from './function-spec.ts';
import { packageFolder, readInstalledPackage } from './installed-package.ts';
import { linkExternals } from './link-externals.ts';
import { rememberRoot, rootFiles } from './local-root.ts';
import { type BuiltCode, bundleTarget, type EntryModule, runEsbuild } from './run-esbuild.ts';
import { bundleFiles, type WrittenBundle, withMapReference, writeBundle } from './write-bundle.ts';

export interface BundleRequest {
  readonly entry: EntryModule;
  readonly root: string;
  readonly cacheDirectory: string;
  readonly inputs: BundleInputs;
  readonly handlers: readonly HandlerSpec[];
  /** Source name to the user's own text, for sources that were changed before bundling. */
  readonly originals: ReadonlyMap<string, string>;
  readonly returns?: Readonly<Record<string, string>> | undefined;
}

export interface CreatedBundle extends WrittenBundle {
  readonly warnings: readonly string[];
  /** Every file that went in, absolute. */
  readonly files: readonly string[];
}

/** Bundles with esbuild and puts the result into the cache. */
export async function createBundle(request: BundleRequest): Promise<CreatedBundle> {
  const built = await runEsbuild(request.entry, request.root, request.inputs);
  const externals = sortedVersions([...built.findings.externals.values()]);
  const code = withMapReference(built.code);
  const { handlers, returns } = request;
  const manifest: BundleManifest = {
    apiVersion: 'slipway/v1',
    digest: bundleDigest({ code, handlers, externals, target: bundleTarget, returns }),
    handlers: handlers.map((handler) => handler.name),
    externals,
    packages: bundledPackages(built.metafile, request.root),
    needsApi: built.findings.needsApi && usesNamespace(built.metafile, 'slipway:slipway'),
    size: Buffer.byteLength(code),
    target: bundleTarget,
    esbuild: esbuildVersion(),
  };
  const map = finishSourceMap(built.map, request.originals, request.root);
  const files = bundleFiles(code, map, manifest);
  const written = writeBundle(files, manifest, request.cacheDirectory, rootFiles(request.root));
  linkExternals(written.directory, built.findings.externals.values());
  rememberRoot(written.directory, request.root);
  return {
    ...written,
    warnings: bundleWarnings(built, request),
    files: inputFiles(built, request.root),
  };
}

const output = (metafile: Metafile): Metafile['outputs'][string] | undefined => metafile.outputs['main.mjs'];

function usesNamespace(metafile: Metafile, name: string): boolean {
  return output(metafile)?.inputs[name] !== undefined;
}

function bundledPackages(metafile: Metafile, root: string): Record<string, string> {
  const folders = new Set<string>();
  for (const name of Object.keys(output(metafile)?.inputs ?? {})) {
    const folder = name.includes('node_modules') ? packageFolder(path.resolve(root, name)) : undefined;
    if (folder) folders.add(folder);
  }
  return sortedVersions([...folders].map((folder) => readInstalledPackage(folder)));
}

function sortedVersions(packages: readonly { name: string; version: string }[]): Record<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of packages)
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  const names = [...versions.keys()].sort();
  return Object.fromEntries(names.map((name) => [name, [...(versions.get(name) ?? [])].sort().join(', ')]));
}

/** Real files among the inputs, with the manifests that decide which package versions are meant. */
function inputFiles({ metafile, findings }: BuiltCode, root: string): string[] {
  const files = Object.keys(metafile.inputs)
    .filter((name) => !/^[\w-]{2,}:/.test(name) && name !== 'slipway-entry')
    .map((name) => path.resolve(root, name.replace(/[?#].*$/, '')));
  const manifests = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  for (const found of findings.externals.values()) manifests.add(found.directory);
  return [...files, ...[...manifests].map((folder) => path.join(folder, 'package.json'))];
}
