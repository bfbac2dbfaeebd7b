import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type Docker from 'dockerode';
import { writeFileAtomic } from '../../../core/atomic-file.ts';
import { digestJson, toJson } from '../../../core/json.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { BaseImage } from '../oci/image.ts';
import type { ImageManifest } from '../oci/manifest.ts';
import type { RegistryOptions } from '../registry/registry-options.ts';
import { buildDockerfile } from './build-dockerfile.ts';
import { connectDocker } from './connect-docker.ts';
import { loadIntoDocker } from './load-image.ts';
import { renderDockerfile, renderFrom } from './render-dockerfile.ts';
import { saveFromDocker } from './save-image.ts';

export interface RunCommandsOptions extends RegistryOptions {
  readonly blobs: BlobStore;
  /** A client to use. @default one for the user's daemon */
  readonly docker?: Docker;
  /** Hears what the commands print, a piece at a time. */
  readonly onOutput?: (text: string) => void;
}

/** A base image with what commands made of it. */
export interface CommandedBase extends BaseImage {
  /** What Docker built, and what it calls it; undefined where nothing had to be built. */
  readonly built?: { readonly dockerfile: string; readonly tag: string };
}

/**
 * Runs shell commands on a base image through Docker and gives what comes out as another base image, recorded by its digest. The
 * same commands on the same base are not run again: what they made is kept.
 * @throws DOCKER_UNAVAILABLE, DOCKER_FORBIDDEN, DOCKER_BUILD_FAILED, DISK_FULL, and what fetching the base throws
 */
export async function runCommands(
  base: BaseImage,
  commands: readonly string[],
  options: RunCommandsOptions,
): Promise<CommandedBase> {
  const { blobs } = options;
  const key = digestJson(toJson({ format: 1, base: base.digest, commands })).replace('sha256:', '');
  const record = path.join(blobs.directory, 'commands', `${key}.json`);
  const known = readRecord(record, blobs);
  if (known !== undefined) return { ...known, reference: base.reference };
  const docker = options.docker ?? (await connectDocker(options.env ? { env: options.env } : {}));
  const from = await bringBase(docker, base, options);
  const user = base.config.config?.User;
  const dockerfile = renderDockerfile({ from, base, commands, user });
  const tag = `slipway/commands:${key.slice(0, 12)}`;
  const id = await buildDockerfile(docker, dockerfile, { ...options, tag, commands });
  const saved = await saveFromDocker(docker, id, { blobs, base });
  const made: BaseImage = { ...saved, reference: base.reference };
  writeFileAtomic(record, JSON.stringify(made));
  return { ...made, built: { dockerfile, tag } };
}

function readRecord(file: string, blobs: BlobStore): BaseImage | undefined {
  if (!existsSync(file)) return undefined;
  const image = JSON.parse(readFileSync(file, 'utf8')) as BaseImage;
  const whole = image.layers.every(({ digest, origin }) => origin !== undefined || blobs.has(digest));
  return whole && blobs.has(image.digest) ? image : undefined;
}

/** What the daemon knows the base by. It is not asked to pull: how registries are reached and logged in to is said here alone. */
async function bringBase(docker: Docker, base: BaseImage, options: RunCommandsOptions): Promise<string> {
  const { origin } = base.layers[0] ?? {};
  if (origin !== undefined) {
    const name = renderFrom(origin.registry, origin.repository, base.digest);
    const found = await docker.getImage(name).inspect().catch(ifMissing);
    if (found !== undefined) return name;
  }
  const manifest = options.blobs.read(base.digest);
  const { config } = JSON.parse(manifest.toString('utf8')) as ImageManifest;
  const descriptor = { mediaType: '', digest: base.digest, size: manifest.length };
  const image = { ...base, manifest: descriptor, config, attachments: [] };
  const tag = `slipway/base:${base.digest.replace('sha256:', '').slice(0, 12)}`;
  const { reference } = await loadIntoDocker(image, tag, { ...options, docker });
  return reference;
}

function ifMissing(error: unknown): undefined {
  if ((error as { statusCode?: number }).statusCode === 404) return undefined;
  throw error;
}
