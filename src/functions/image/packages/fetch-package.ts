import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { explainDiskError } from '../../../core/atomic-file.ts';
import { type InstalledPackage, readInstalledPackage } from '../../installed-package.ts';
import { imagePackageUnavailable } from '../build-errors.ts';
import { imageDigestMismatch } from '../errors.ts';
import { extractArchive } from './extract-archive.ts';
import { runNpm } from './run-npm.ts';

export interface FetchRequest {
  readonly name: string;
  /** Exact. */
  readonly version: string;
  /** What the lockfile says of its archive. */
  readonly integrity?: string | undefined;
  /** Folder whose npm settings (registry, proxy) hold. */
  readonly root: string;
  readonly cacheDirectory: string;
}

/**
 * Fetches one package with npm, without its dependencies and without running anything of it, into the cache.
 * @throws IMAGE_PACKAGE_UNAVAILABLE, IMAGE_DIGEST_MISMATCH, DISK_FULL
 */
export async function fetchPackage(request: FetchRequest): Promise<InstalledPackage> {
  const { name, version, cacheDirectory } = request;
  const directory = path.join(cacheDirectory, 'packages', `${name.replace('/', '+')}@${version}`);
  if (!existsSync(path.join(directory, 'package.json'))) await download(request, directory);
  return readInstalledPackage(directory, name);
}

async function download(request: FetchRequest, directory: string): Promise<void> {
  if (!/^\d+\.\d+\.\d+/.test(request.version))
    throw imagePackageUnavailable(
      `package "${request.name}" is needed at "${request.version}", which is no exact version`,
      {
        hint: 'add it to the project (`npm install`), so that package-lock.json says which version is meant',
      },
    );
  mkdirSync(path.dirname(directory), { recursive: true });
  const scratch = mkdtempSync(`${directory}.`);
  try {
    await runNpm(
      [
        'pack',
        `${request.name}@${request.version}`,
        '--pack-destination',
        scratch,
        '--ignore-scripts',
        '--loglevel=error',
      ],
      { cwd: request.root, doing: `fetching package "${request.name}@${request.version}"` },
    );
    const archive = path.join(scratch, readdirSync(scratch).find((file) => file.endsWith('.tgz')) ?? '');
    checkIntegrity(request, readFileSync(archive));
    const unpacked = path.join(scratch, 'package');
    await pipeline(createReadStream(archive), createGunzip(), await extractArchive(unpacked));
    moveIntoPlace(unpacked, directory);
  } catch (error) {
    throw explainDiskError(error, directory);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function checkIntegrity({ name, version, integrity }: FetchRequest, archive: Buffer): void {
  const [algorithm, expected] = /^(sha512|sha384|sha256|sha1)-(.+)$/.exec(integrity ?? '')?.slice(1) ?? [];
  if (algorithm === undefined || expected === undefined) return;
  const actual = createHash(algorithm).update(archive).digest('base64');
  if (actual === expected.split(' ')[0]) return;
  throw imageDigestMismatch(`package "${name}@${version}" is not what package-lock.json says`, {
    hint: 'the registry gave something else than was locked; find out why before you trust it',
    details: { expected: integrity, actual: `${algorithm}-${actual}` },
  });
}

function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // another builder was faster, with the same content
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
