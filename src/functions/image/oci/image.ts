import type { Descriptor, Platform } from './descriptor.ts';
import type { ImageConfig } from './manifest.ts';

/** A repository that holds a blob. */
export interface LayerOrigin {
  /** `host` or `host:port`. */
  readonly registry: string;
  readonly repository: string;
}

export interface ImageLayer extends Descriptor {
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
  /** Where the layer of a base image can be had: the blob store need not hold it yet. */
  readonly origin?: LayerOrigin;
}

/** An image of one platform. Its blobs are in the blob store, layers with an `origin` perhaps not yet. */
export interface Image {
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  /** From the lowest up. */
  readonly layers: readonly ImageLayer[];
  readonly platform: Platform;
  /** Manifests that refer to the image by `subject`: SBOM, provenance. Their blobs are in the blob store. */
  readonly attachments: readonly Descriptor[];
}

/** An image to build on. */
export interface BaseImage {
  /** As the user gave it. */
  readonly reference: string;
  /** Digest of the platform's manifest. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** From the lowest up. */
  readonly layers: readonly ImageLayer[];
  readonly platform: Platform;
}
