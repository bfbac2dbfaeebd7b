import { resolveBase } from '../base/resolve-base.ts';
import { attach, attachmentTypes } from '../evidence/attach.ts';
import type { SbomPackage } from '../evidence/sbom.ts';
import { renderSbom } from '../evidence/sbom.ts';
import { renderImageConfig } from '../image-config.ts';
import { createdAt } from '../image-labels.ts';
import type { BuildImageRequest, BuiltImage, ImageRecipe } from '../image-request.ts';
import type { MadeLayer } from '../make-layers.ts';
import { type BlobStore, openBlobStore } from '../oci/blob-store.ts';
import { type ImageManifest, mediaTypes, ociMediaType } from '../oci/manifest.ts';
import { hostPlatform, parsePlatform } from '../oci/platform.ts';
import { packageTarget } from '../packages/target.ts';
import { type PlannedPackages, planOwnPackages } from '../plan-packages.ts';
import { makeServerLayers } from './server-layers.ts';
import { serverCommand, serverEntrypoint, serverLayout, serverName } from './server-layout.ts';
import { type ServerParts, serverParts } from './server-parts.ts';

export interface ServerImageRequest
  extends Pick<BuildImageRequest, 'root' | 'cacheDirectory' | 'env' | 'registry'> {
  readonly recipe?: Pick<ImageRecipe, 'base' | 'platform' | 'labels'>;
}

interface ServerImage {
  readonly blobs: BlobStore;
  readonly parts: ServerParts;
  readonly packages: PlannedPackages;
  readonly created: string;
}

/**
 * Builds the image of the tracking server in the cache: base, SQLite, and the server in one file, for a user without rights and a file
 * system that is only read. The same installation and base give the same digest everywhere.
 * @throws IMAGE_BASE_UNAVAILABLE, IMAGE_RUNTIME_MISSING, UNSUPPORTED_PLATFORM, PACKAGE_NOT_FOUND, IMAGE_PACKAGE_PLATFORM,
 * IMAGE_PACKAGE_UNAVAILABLE, DISK_FULL, and what reading a base image throws
 */
export async function buildServerImage(request: ServerImageRequest): Promise<BuiltImage> {
  const { recipe = {}, root, cacheDirectory } = request;
  const blobs = openBlobStore(cacheDirectory);
  const platform = recipe.platform === undefined ? hostPlatform() : parsePlatform(recipe.platform);
  const parts = serverParts();
  const base = await resolveBase(request, platform, blobs);
  const places = { root, cacheDirectory };
  const target = packageTarget(platform);
  const packages = await planOwnPackages(serverLayout.packages, parts.packages, places, target);
  const own = await makeServerLayers(blobs, { parts, packages, platform });
  const created = createdAt(request.env ?? process.env, undefined);
  const { image, reused, reason } = base;
  const layers = [...image.layers, ...own.map(({ layer }) => layer)];
  const config = blobs.writeBytes(
    mediaTypes.config,
    renderConfig(own, { request, base: image, parts, created }),
  );
  const manifest = blobs.writeBytes(mediaTypes.manifest, renderManifest(config, layers, created));
  const server: ServerImage = { blobs, parts, packages, created };
  return {
    manifest,
    config,
    layers,
    platform: image.platform,
    attachments: [attachBill(server, manifest, image.reference)],
    function: serverName,
    bundle: parts.digest,
    base: { reference: image.reference, digest: image.digest },
    explain: [
      ...image.layers.map(({ digest, size }) => ({ name: 'base', digest, size, reused, reason })),
      ...own.map(({ report }) => report),
    ],
    reused: reused && own.every(({ report }) => report.reused),
    warnings: [],
  };
}

interface ConfigParts {
  readonly request: ServerImageRequest;
  readonly base: Awaited<ReturnType<typeof resolveBase>>['image'];
  readonly parts: ServerParts;
  readonly created: string;
}

function renderConfig(own: readonly MadeLayer[], { request, base, parts, created }: ConfigParts): Buffer {
  const config = renderImageConfig({
    base,
    layers: own.map(({ layer, report }) => ({ layer, madeBy: `slipway ${report.name}` })),
    env: { SLIPWAY_HOME: `/${serverLayout.data}`, HOME: '/tmp', NO_COLOR: '1' },
    entrypoint: serverEntrypoint,
    command: serverCommand,
    workingDirectory: '/tmp',
    labels: {
      'org.opencontainers.image.title': serverName,
      'org.opencontainers.image.description': 'The tracking server of Slipway.',
      'org.opencontainers.image.version': parts.version,
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.created': created,
      'slipway.version': parts.version,
      ...request.recipe?.labels,
    },
    created,
  });
  return Buffer.from(JSON.stringify(config));
}

function renderManifest(config: BuiltImage['config'], layers: BuiltImage['layers'], created: string): Buffer {
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: layers.map(({ mediaType, digest, size }) => ({
      mediaType: ociMediaType(mediaType),
      digest,
      size,
    })),
    annotations: { 'org.opencontainers.image.created': created },
  };
  return Buffer.from(JSON.stringify(manifest));
}

/** The bill of materials: what is in the one file, the packages beside it, and Node where it is this machine's. */
function attachBill(
  { blobs, parts, packages, created }: ServerImage,
  image: BuiltImage['manifest'],
  base: string,
): BuiltImage['attachments'][number] {
  const placed = packages.placed.map(({ found: { name, version, manifest } }) => ({
    name,
    version,
    where: 'dependencies' as const,
    ...(typeof manifest.license === 'string' ? { license: manifest.license } : {}),
  }));
  const all: readonly SbomPackage[] = [
    ...(base === 'self'
      ? [{ name: 'node', version: process.versions.node, where: 'base' as const, license: 'MIT' }]
      : []),
    ...parts.bundled.map((each) => ({ ...each, where: 'bundle' as const })),
    ...placed,
  ];
  const { version, digest } = parts;
  const facts = {
    function: serverName,
    bundle: digest,
    image: image.digest,
    created,
    version,
    packages: all,
  };
  return attach(blobs, image, { type: attachmentTypes.sbom, document: renderSbom(facts), created });
}
