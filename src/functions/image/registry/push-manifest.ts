import { imageDigestMismatch } from '../errors.ts';
import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { mediaTypes } from '../oci/manifest.ts';
import { dropBody } from './http/exchange.ts';
import type { RegistryClient } from './registry-client.ts';

export interface ManifestTarget {
  readonly repository: string;
  /** Tag or digest. */
  readonly name: string;
}

/** The digest of what a tag (or digest) names in the repository; undefined where it names nothing. */
export async function manifestDigest(
  client: RegistryClient,
  { repository, name }: ManifestTarget,
): Promise<string | undefined> {
  const response = await client.request({
    method: 'HEAD',
    target: `${repository}/manifests/${name}`,
    headers: { accept: `${mediaTypes.manifest}, ${mediaTypes.index}` },
    scopes: [`repository:${repository}:pull,push`],
    expect: [200, 404],
    subject: `the image "${client.registry}/${repository}"`,
  });
  await dropBody(response);
  if (response.status === 404) return undefined;
  return String(response.headers['docker-content-digest'] ?? '') || undefined;
}

/**
 * Uploads a manifest. What it names must be in the repository.
 * @returns whether the registry keeps track of what refers to other manifests by `subject`
 */
export async function putManifest(
  client: RegistryClient,
  manifest: Descriptor,
  { repository, name, blobs }: ManifestTarget & { readonly blobs: BlobStore },
): Promise<{ readonly tracksSubjects: boolean }> {
  const response = await client.request({
    method: 'PUT',
    target: `${repository}/manifests/${name}`,
    headers: { 'content-type': manifest.mediaType },
    body: blobs.read(manifest.digest),
    scopes: [`repository:${repository}:pull,push`],
    expect: [200, 201, 202],
    subject: `the manifest of "${client.registry}/${repository}"`,
  });
  await dropBody(response);
  const kept = response.headers['docker-content-digest'] ?? manifest.digest;
  if (kept !== manifest.digest)
    throw imageDigestMismatch(
      `the registry "${client.registry}" kept the manifest "${manifest.digest}" as "${kept}"`,
      { hint: 'something between here and the registry changes what is sent' },
    );
  return { tracksSubjects: response.headers['oci-subject'] !== undefined };
}
