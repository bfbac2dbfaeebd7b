import { digestBytes } from '../../../core/digest.ts';
import { imageDigestMismatch, unsupportedImage } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type ImageIndex, type ImageManifest, isIndexType, mediaTypes } from '../oci/manifest.ts';
import { type ImageReference, manifestName, renderImageReference } from './reference.ts';
import type { RegistryClient, RegistryRequest } from './registry-client.ts';

const accept = [
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerIndex,
].join(', ');
/** Registries take manifests up to 4 MiB. */
const largestManifest = 4 << 20;

/** A manifest or an index as it stands in a registry. */
export interface ReadManifest {
  readonly descriptor: Descriptor;
  readonly content: ImageManifest | ImageIndex;
}

/**
 * Reads a manifest or index, keeps it in the blob store and checks it against its digest. One that is asked for by digest and
 * kept already costs no request.
 * @throws IMAGE_NOT_FOUND, IMAGE_DIGEST_MISMATCH, UNSUPPORTED_IMAGE
 */
export async function readManifest(
  client: RegistryClient,
  reference: ImageReference,
  blobs: BlobStore,
): Promise<ReadManifest> {
  const name = renderImageReference(reference);
  if (reference.digest !== undefined && blobs.has(reference.digest))
    return parseManifest(blobs.read(reference.digest), undefined, name);
  const request: RegistryRequest = {
    method: 'GET',
    target: `${reference.repository}/manifests/${manifestName(reference)}`,
    headers: { accept },
    scopes: [`repository:${reference.repository}:pull`],
    expect: [200],
    subject: `the image "${name}"`,
  };
  const { bytes, headers } = await client.read(request, largestManifest);
  const digest = digestBytes(bytes);
  const wanted = reference.digest ?? String(headers['docker-content-digest'] ?? digest);
  if (wanted !== digest)
    throw imageDigestMismatch(
      `the registry "${client.registry}" served content with the digest "${digest}" as "${wanted}"`,
      {
        hint: 'something between here and the registry changes what it serves: a proxy, a mirror, an attacker',
      },
    );
  const manifest = parseManifest(bytes, headers['content-type'], name);
  blobs.writeBytes(manifest.descriptor.mediaType, bytes);
  return manifest;
}

/** @throws UNSUPPORTED_IMAGE */
export function parseManifest(
  bytes: Uint8Array,
  contentType: string | undefined,
  name: string,
): ReadManifest {
  const content = parseJson(bytes) as Partial<ImageManifest & ImageIndex> | undefined;
  const mediaType = content?.mediaType ?? contentType?.split(';')[0]?.trim() ?? guessType(content);
  const descriptor = { mediaType, digest: digestBytes(bytes), size: bytes.length };
  if (isIndexType(mediaType) && Array.isArray(content?.manifests))
    return { descriptor, content: content as ImageIndex };
  if (content?.schemaVersion === 2 && content.config !== undefined && Array.isArray(content.layers))
    return { descriptor, content: content as ImageManifest };
  const old = content?.schemaVersion === (1 as number);
  throw unsupportedImage(
    old ? `"${name}" has the manifest of an old schema (1)` : `"${name}" is no container image`,
    {
      hint: old
        ? 'push it again with a current Docker'
        : 'it must be an OCI or Docker image with a config and layers',
    },
  );
}

export function isIndex(content: ImageManifest | ImageIndex): content is ImageIndex {
  return 'manifests' in content;
}

function guessType(content: Partial<ImageManifest & ImageIndex> | undefined): string {
  return content?.manifests === undefined ? mediaTypes.manifest : mediaTypes.index;
}

function parseJson(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
