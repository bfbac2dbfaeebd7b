import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type ImageIndex, type ImageManifest, mediaTypes } from '../oci/manifest.ts';
import { imageNotFound } from './errors.ts';
import { manifestDigest, putManifest } from './push-manifest.ts';
import { isIndex, readManifest } from './read-manifest.ts';
import type { RegistryClient } from './registry-client.ts';

/** The blobs of an attachment's manifest: its config and what it holds. */
export function attachmentBlobs(attachment: Descriptor, blobs: BlobStore): readonly Descriptor[] {
  const { config, layers } = readAttachment(attachment, blobs);
  return [config, ...layers];
}

/**
 * Uploads the manifests that refer to an image. A registry that does not keep track of such references gets them listed in an
 * index under the tag that the OCI specification sets for it, `sha256-<hex of the image>`.
 */
export async function pushAttachments(
  client: RegistryClient,
  attachments: readonly Descriptor[],
  {
    repository,
    subject,
    blobs,
  }: { readonly repository: string; readonly subject: string; readonly blobs: BlobStore },
): Promise<void> {
  const untracked: Descriptor[] = [];
  for (const attachment of attachments) {
    const target = { repository, name: attachment.digest, blobs };
    const { tracksSubjects } = await putManifest(client, attachment, target);
    if (!tracksSubjects) untracked.push(listed(attachment, blobs));
  }
  if (untracked.length > 0)
    await listUnderTag(client, untracked, { repository, tag: subject.replace(':', '-'), blobs });
}

/** Whether the repository has all these attachments. */
export async function hasAttachments(
  client: RegistryClient,
  attachments: readonly Descriptor[],
  repository: string,
): Promise<boolean> {
  const found = await Promise.all(
    attachments.map(({ digest }) => manifestDigest(client, { repository, name: digest })),
  );
  return found.every((digest) => digest !== undefined);
}

async function listUnderTag(
  client: RegistryClient,
  attachments: readonly Descriptor[],
  {
    repository,
    tag,
    blobs,
  }: { readonly repository: string; readonly tag: string; readonly blobs: BlobStore },
): Promise<void> {
  // the tag has no owner: after writing, look whether another writer's list came in between
  for (let attempt = 0; attempt < 5; attempt++) {
    const known = await readIndex(client, { repository, tag, blobs });
    const missing = attachments.filter(({ digest }) => !known.some((entry) => entry.digest === digest));
    if (missing.length === 0) return;
    const index: ImageIndex = {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [...known, ...missing],
    };
    const descriptor = blobs.writeBytes(mediaTypes.index, Buffer.from(JSON.stringify(index)));
    await putManifest(client, descriptor, { repository, name: tag, blobs });
  }
}

async function readIndex(
  client: RegistryClient,
  {
    repository,
    tag,
    blobs,
  }: { readonly repository: string; readonly tag: string; readonly blobs: BlobStore },
): Promise<readonly Descriptor[]> {
  try {
    const { content } = await readManifest(client, { registry: client.registry, repository, tag }, blobs);
    return isIndex(content) ? content.manifests : [];
  } catch (error) {
    if (imageNotFound.is(error)) return [];
    throw error;
  }
}

function listed(attachment: Descriptor, blobs: BlobStore): Descriptor {
  const { artifactType, config, annotations } = readAttachment(attachment, blobs);
  const { mediaType, digest, size } = attachment;
  return {
    mediaType,
    digest,
    size,
    artifactType: artifactType ?? config.mediaType,
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function readAttachment({ digest }: Descriptor, blobs: BlobStore): ImageManifest {
  return JSON.parse(blobs.read(digest).toString('utf8')) as ImageManifest;
}
