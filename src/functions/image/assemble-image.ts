import { toJson } from '../../core/json.ts';
import { attach, attachmentTypes } from './evidence/attach.ts';
import { listPackages } from './evidence/list-packages.ts';
import { renderProvenance } from './evidence/provenance.ts';
import { renderSbom } from './evidence/sbom.ts';
import { renderImageConfig } from './image-config.ts';
import { imageLabels } from './image-labels.ts';
import type { ImagePlan } from './image-plan.ts';
import type { BuiltImage, LayerReport } from './image-request.ts';
import { type MadeLayer, makeLayers } from './make-layers.ts';
import type { Descriptor } from './oci/descriptor.ts';
import { type ImageManifest, mediaTypes, ociMediaType } from './oci/manifest.ts';
import { readLockfile } from './packages/lockfile.ts';

/** Writes what is missing of an image: layers, config, manifest, and the documents about it. The manifest comes last. */
export async function assembleImage(
  plan: ImagePlan,
): Promise<{ readonly built: BuiltImage; readonly files: Readonly<Record<string, string>> }> {
  const { request, base } = plan;
  const { layers: own, files } = await makeLayers(plan);
  const config = writeConfig(plan, own);
  const layers = [...base.image.layers, ...own.map(({ layer }) => layer)];
  const manifest = writeManifest(plan, config, layers);
  const { spec, bundle, report } = request.packaged;
  const built: BuiltImage = {
    manifest,
    config,
    layers,
    platform: base.image.platform,
    attachments: writeEvidence(plan, manifest, own),
    function: spec.metadata.name,
    bundle: bundle.digest,
    base: { reference: base.image.reference, digest: base.image.digest },
    explain: [...explainBase(plan), ...own.map(({ report: each }) => each)],
    reused: false,
    warnings: report.warnings,
  };
  return { built, files };
}

function writeConfig({ request, base, blobs, ...plan }: ImagePlan, own: readonly MadeLayer[]): Descriptor {
  const { recipe = {}, packaged } = request;
  const { created, revision, parts } = plan;
  const labels = imageLabels(packaged, { revision, created, version: parts.version });
  const config = renderImageConfig({
    base: base.image,
    layers: own.map(({ layer, report }) => ({ layer, madeBy: `slipway ${report.name}` })),
    env: recipe.env ?? {},
    user: recipe.user,
    labels: { ...labels, ...recipe.labels },
    created,
  });
  return blobs.writeBytes(mediaTypes.config, Buffer.from(JSON.stringify(config)));
}

function writeManifest(
  { base, blobs, created }: ImagePlan,
  config: Descriptor,
  layers: readonly Descriptor[],
): Descriptor {
  const { reference, digest } = base.image;
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: layers.map((layer) => ({
      mediaType: ociMediaType(layer.mediaType),
      digest: layer.digest,
      size: layer.size,
    })),
    annotations: {
      'org.opencontainers.image.created': created,
      ...(reference === 'self'
        ? {}
        : {
            'org.opencontainers.image.base.name': reference,
            'org.opencontainers.image.base.digest': digest,
          }),
    },
  };
  return blobs.writeBytes(mediaTypes.manifest, Buffer.from(JSON.stringify(manifest)));
}

function explainBase({ base }: ImagePlan): readonly LayerReport[] {
  return base.image.layers.map(({ digest, size }) => ({
    name: 'base',
    digest,
    size,
    reused: base.reused,
    reason: base.reason,
  }));
}

function writeEvidence(
  plan: ImagePlan,
  subject: Descriptor,
  own: readonly MadeLayer[],
): readonly Descriptor[] {
  const { request, base, blobs, created, parts, revision } = plan;
  const { packaged, root, recipe = {} } = request;
  const { manifest, digest } = packaged.bundle;
  const facts = { function: packaged.spec.metadata.name, image: subject.digest, version: parts.version };
  const packages = listPackages({
    manifest,
    root,
    lockfile: readLockfile(root),
    dependencies: plan.dependencies?.placed ?? [],
    runtime: plan.runtimePackages.placed,
    node: base.image.reference === 'self' ? process.versions.node : undefined,
  });
  const inputs = {
    bundle: digest,
    base: base.image.digest,
    ...Object.fromEntries(own.map(({ report }) => [`layer:${report.name}`, report.digest])),
  };
  const provenance = renderProvenance({
    ...facts,
    esbuild: manifest.esbuild,
    recipe: toJson({ ...recipe, base: base.image.reference }),
    source: packaged.spec.spec.source,
    revision,
    inputs,
  });
  return [
    attach(blobs, subject, {
      type: attachmentTypes.sbom,
      document: renderSbom({ ...facts, bundle: digest, created, packages }),
      created,
    }),
    attach(blobs, subject, { type: attachmentTypes.provenance, document: provenance, created }),
  ];
}
