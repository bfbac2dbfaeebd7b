import { statSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, type Json } from '../../../core/json.ts';
import { imageBaseUnavailable } from '../build-errors.ts';
import { reuseLayer } from '../layers/layer-cache.ts';
import { writeLayer } from '../layers/write-layer.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Platform } from '../oci/descriptor.ts';
import type { BaseImage } from '../oci/image.ts';
import { hostPlatform, platformMatches, renderPlatform } from '../oci/platform.ts';
import { readRecord, writeRecord } from '../record-file.ts';
import { selfEntries, selfFiles } from './self-files.ts';
import { sharedLibraries } from './shared-libraries.ts';

/** A base image, and where its own layers came from. */
export interface ResolvedBase {
  readonly image: BaseImage;
  readonly reused: boolean;
  readonly reason: string;
}

/**
 * The base image `self`: the Node that runs this, with its shared libraries, for a user without rights. Needs no network; made
 * once for each Node.
 * @throws IMAGE_BASE_UNAVAILABLE, DISK_FULL
 */
export async function selfBase(blobs: BlobStore, platform: Platform): Promise<ResolvedBase> {
  checkHost(platform);
  const program = process.execPath;
  const files = selfFiles(program, await knownLibraries(blobs, program));
  const inputs: Json = { kind: 'self', format: 1, files: files.map(({ from, to }) => [to, stampOf(from)]) };
  const { layer, reused } = await reuseLayer(blobs, inputs, 'self', () =>
    writeLayer(selfEntries(files), blobs),
  );
  const image: BaseImage = {
    reference: 'self',
    digest: layer.digest,
    config: {
      os: platform.os,
      architecture: platform.architecture,
      config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/tmp'] },
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    },
    layers: [layer],
    platform: { os: platform.os, architecture: platform.architecture },
  };
  const node = `Node ${process.version}`;
  return { image, reused, reason: reused ? `the same ${node}` : `${node} of this machine and its libraries` };
}

/** The state of a file that cannot change without its size or time changing. */
function stampOf(file: string): Json {
  const stat = statSync(file, { throwIfNoEntry: false });
  return [file, stat?.size ?? 0, stat?.mtimeMs ?? 0];
}

/**
 * Asking which libraries a program has takes a process of its own: the answer is kept for as long as the program and all of them
 * stay as they are.
 */
async function knownLibraries(blobs: BlobStore, program: string): Promise<readonly string[]> {
  const file = path.join(blobs.directory, 'self.json');
  const known = readRecord<KnownLibraries>(file);
  const stamps = (libraries: readonly string[]): Json => [program, ...libraries].map(stampOf);
  if (known?.program === program && canonicalJson(known.stamps) === canonicalJson(stamps(known.libraries)))
    return known.libraries;
  const libraries = await sharedLibraries(program);
  writeRecord(file, { program, libraries, stamps: stamps(libraries) });
  return libraries;
}

interface KnownLibraries {
  readonly program: string;
  readonly libraries: readonly string[];
  readonly stamps: Json;
}

function checkHost(platform: Platform): void {
  const hint = 'give a base image for that platform: --base node:22-slim';
  if (process.platform !== 'linux')
    throw imageBaseUnavailable(
      `base "self" copies this machine's Node, which is for ${process.platform}, not for Linux`,
      {
        hint,
      },
    );
  if (!process.release.name.startsWith('node') || process.versions.bun !== undefined)
    throw imageBaseUnavailable(
      `base "self" needs Node.js, and this process runs on ${process.release.name}`,
      { hint },
    );
  if (!platformMatches(hostPlatform(), platform))
    throw imageBaseUnavailable(
      `base "self" is for ${renderPlatform(hostPlatform())}, as this machine; "${renderPlatform(platform)}" was asked for`,
      { hint },
    );
}
