import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findInstalledPackage, type InstalledPackage } from './installed-package.ts';

/** Packages known to need their own files at run time. */
const known: ReadonlySet<string> = new Set([
  'onnxruntime-node',
  'duckdb',
  'sharp',
  'canvas',
  'better-sqlite3',
  'sqlite3',
  'nodejs-polars',
  'zeromq',
  'bcrypt',
  'lmdb',
  're2',
  'esbuild',
  'playwright-core',
  'typescript',
]);
const knownScopes: readonly string[] = [
  '@duckdb/',
  '@tensorflow/tfjs-node',
  '@node-rs/',
  '@napi-rs/',
  '@photostructure/sqlite',
];
/** Beginnings of the names above. */
export const wellKnownNatives: readonly string[] = [...known, ...knownScopes];
const binaryFolders: readonly string[] = [
  '.',
  'build',
  'build/Release',
  'lib',
  'lib/binding',
  'bin',
  'native',
  'dist',
];

/**
 * Whether a package brings machine code and so cannot be bundled: `.node` files, node-gyp or Node-API build settings,
 * prebuilt binaries, or optional dependencies that are for one platform.
 */
export function isNativePackage(found: InstalledPackage): boolean {
  const { name, directory, manifest } = found;
  if (known.has(name) || knownScopes.some((scope) => name.startsWith(scope))) return true;
  if (manifest.gypfile === true || manifest.napi !== undefined || manifest.binary !== undefined) return true;
  if (existsSync(path.join(directory, 'binding.gyp')) || existsSync(path.join(directory, 'prebuilds')))
    return true;
  if (binaryFolders.some((folder) => holdsAddon(path.join(directory, folder)))) return true;
  return Object.keys(manifest.optionalDependencies ?? {}).some((dependency) => {
    const installed = findInstalledPackage(dependency, directory);
    return installed?.manifest.os !== undefined || installed?.manifest.cpu !== undefined;
  });
}

function holdsAddon(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.node'));
}
