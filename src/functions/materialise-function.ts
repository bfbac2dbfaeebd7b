import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestDigest } from './bundle-digest.ts';
import { bundleDigestMismatch, bundleNotFound } from './errors.ts';
import type { Bundle, BundleManifest, FunctionSpec, PackagedFunction } from './function-spec.ts';
import { linkExternals, resolveExternals } from './link-externals.ts';
import { bundleFiles, writeBundle } from './write-bundle.ts';

const emptyMap = '{"version":3,"sources":[],"sourcesContent":[],"names":[],"mappings":""}';

/**
 * Makes a function that was read from YAML ready to run: its embedded files go into the cache, after their digest has been
 * computed again; without embedded files the bundle must be in the cache.
 * @param from folders in which packages left out of the bundle are looked up. @default the current one and the cache
 * @throws BUNDLE_DIGEST_MISMATCH, BUNDLE_NOT_FOUND, PACKAGE_NOT_FOUND
 */
export async function materialiseFunction(
  spec: FunctionSpec,
  cacheDirectory: string,
  from: readonly string[] = [process.cwd(), cacheDirectory],
): Promise<PackagedFunction> {
  const bundle = spec.spec.files
    ? bundleOfFiles(spec, spec.spec.files, cacheDirectory)
    : cachedBundle(spec, cacheDirectory);
  const { externals, packages, size, digest } = bundle.manifest;
  linkExternals(bundle.directory, resolveExternals(externals, from));
  const { files: _, ...rest } = spec.spec;
  return {
    spec: { ...spec, spec: { ...rest, bundle: bundle.manifest } },
    bundle: { directory: bundle.directory, digest, manifest: bundle.manifest },
    report: {
      source: spec.spec.source ?? spec.metadata.name,
      included: [],
      dropped: [],
      packages,
      externals,
      size,
      digest,
      warnings: [],
      reused: bundle.existed,
    },
  };
}

interface FoundBundle extends Bundle {
  readonly existed: boolean;
}

function bundleOfFiles(
  spec: FunctionSpec,
  files: Readonly<Record<string, string>>,
  cacheDirectory: string,
): FoundBundle {
  const manifest = spec.spec.bundle;
  const code = files['main.mjs'];
  if (!manifest || code === undefined) throw incomplete(spec, 'its file has no "bundle" or no "main.mjs"');
  checkDigest(spec, manifest, code);
  return writeBundle(
    bundleFiles(code, files['main.mjs.map'] ?? emptyMap, manifest),
    manifest,
    cacheDirectory,
  );
}

function cachedBundle(spec: FunctionSpec, cacheDirectory: string): FoundBundle {
  const directory = path.join(cacheDirectory, 'bundles', spec.spec.digest.replace(/^sha256:/, ''));
  const [main, described] = ['main.mjs', 'manifest.json'].map((name) => path.join(directory, name));
  if (!main || !described || !existsSync(main) || !existsSync(described))
    throw incomplete(spec, 'it has no embedded files and its bundle is not in the cache');
  const manifest = JSON.parse(readFileSync(described, 'utf8')) as BundleManifest;
  checkDigest(spec, manifest, readFileSync(main, 'utf8'));
  return { directory, digest: manifest.digest, manifest, existed: true };
}

function checkDigest(spec: FunctionSpec, manifest: BundleManifest, code: string): void {
  const { digest, handlers, returns } = spec.spec;
  const actual = manifestDigest(manifest, code, Object.values(handlers), returns);
  if (actual === digest && manifest.digest === digest) return;
  throw bundleDigestMismatch(
    `function "${spec.metadata.name}" is not what its digest says: expected ${digest}, got ${actual}`,
    {
      hint: 'its code or contract was edited or damaged; export it again from its source',
      details: { expected: digest, actual },
    },
  );
}

function incomplete(spec: FunctionSpec, reason: string): Error {
  return bundleNotFound(
    `the code of function "${spec.metadata.name}" (${spec.spec.digest}) is not here: ${reason}`,
    {
      hint: 'export it with its files (`fn.export("function.yaml")`), or package its source again',
    },
  );
}
