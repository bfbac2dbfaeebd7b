import type { BlobStore } from '../oci/blob-store.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type ImageManifest, mediaTypes } from '../oci/manifest.ts';

/** Media types of the documents that are attached to images. */
export const attachmentTypes = {
  sbom: 'application/vnd.cyclonedx+json',
  provenance: 'application/vnd.in-toto+json',
} as const;

export interface AttachedDocument {
  readonly type: string;
  readonly document: object;
  /** ISO 8601. */
  readonly created: string;
}

/** Puts a document into the blob store as an artifact that refers to an image by `subject`; gives the artifact's manifest. */
export function attach(blobs: BlobStore, subject: Descriptor, attached: AttachedDocument): Descriptor {
  const { type, document, created } = attached;
  const { mediaType, digest, size } = subject;
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: type,
    config: blobs.writeBytes(mediaTypes.empty, Buffer.from('{}')),
    layers: [blobs.writeBytes(type, Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`))],
    subject: { mediaType, digest, size },
    annotations: { 'org.opencontainers.image.created': created },
  };
  const written = blobs.writeBytes(mediaTypes.manifest, Buffer.from(JSON.stringify(manifest)));
  return { ...written, artifactType: type };
}
