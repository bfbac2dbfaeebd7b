import type { Descriptor } from './descriptor.ts';

/** Media types of the OCI image specification, and Docker's older names for the same bytes. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  /** The two bytes `{}`: the config of an artifact that needs none. */
  empty: 'application/vnd.oci.empty.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
} as const;

/** An image of one platform, or an artifact such as an SBOM that refers to one by `subject`. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  /** From the lowest layer up. */
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A list of manifests: one image a platform, or the artifacts that refer to an image. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How a container of the image starts. */
export interface ContainerConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Volumes?: Readonly<Record<string, object>> | null;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
}

/** One line of how an image came about; one that made no layer says `empty_layer`. */
export interface ImageHistory {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** The config blob of an image. */
export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly variant?: string;
  readonly config?: ContainerConfig;
  readonly rootfs: {
    readonly type: 'layers';
    /** Digests of the layers as uncompressed tars, from the lowest up. */
    readonly diff_ids: readonly string[];
  };
  readonly history?: readonly ImageHistory[];
}

const ociNames: Readonly<Record<string, string>> = {
  [mediaTypes.dockerIndex]: mediaTypes.index,
  [mediaTypes.dockerManifest]: mediaTypes.manifest,
  [mediaTypes.dockerConfig]: mediaTypes.config,
  [mediaTypes.dockerLayerGzip]: mediaTypes.layerGzip,
  [mediaTypes.dockerLayer]: mediaTypes.layer,
};

/** The OCI name of a media type: Docker's manifests, configs and layers are the same bytes under other names. */
export function ociMediaType(mediaType: string): string {
  return ociNames[mediaType] ?? mediaType;
}

export function isIndexType(mediaType: string): boolean {
  return ociMediaType(mediaType) === mediaTypes.index;
}
