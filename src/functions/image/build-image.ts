import path from 'node:path';
import { digestBytes } from '../../core/digest.ts';
import { digestJson, type Json, toJson } from '../../core/json.ts';
import type { PackagedFunction } from '../function-spec.ts';
import { resolveBase } from './base/resolve-base.ts';
import { checkRecipe } from './check-recipe.ts';
import { gitRevision } from './evidence/git-revision.ts';
import { createdAt } from './image-labels.ts';
import type { ImagePlan } from './image-plan.ts';
import {
  type ImageRecord,
  readBuiltImage,
  readFunctionImage,
  writeBuiltImage,
  writeFunctionImage,
} from './image-records.ts';
import type { BuildImageRequest, BuiltImage, LayerReport } from './image-request.ts';
import { installedParts } from './layers/installed-parts.ts';
import { runtimeInputs } from './layers/runtime-layer.ts';
import { openBlobStore } from './oci/blob-store.ts';
import { hostPlatform, parsePlatform, renderPlatform } from './oci/platform.ts';
import { packageId, packageTarget } from './packages/target.ts';
import { planDependencies, planRuntimePackages } from './plan-packages.ts';

/**
 * Builds the image of a packaged function in the cache: base, runner, packages, bundle. The same inputs give the same digest on
 * every machine; what has not changed is not made again, and without any change nothing but the inputs is looked at.
 * @throws IMAGE_OPTIONS_INVALID, IMAGE_BASE_UNAVAILABLE, UNSUPPORTED_PLATFORM, PACKAGE_NOT_FOUND, IMAGE_PACKAGE_PLATFORM,
 * IMAGE_PACKAGE_UNAVAILABLE, DISK_FULL, and what reading a base image throws
 */
export async function buildImage(request: BuildImageRequest): Promise<BuiltImage> {
  const plan = await planImage({ ...request, packaged: withoutImage(request.packaged) });
  const { blobs, previous } = plan;
  const key = digestJson(planInputs(plan));
  const known = readBuiltImage(blobs, key);
  const { image, summary } = known ?? (await assemble(plan));
  if (!known) writeBuiltImage(blobs, key, { image, summary });
  if (previous?.digest !== summary.digest) writeFunctionImage(blobs, image.function, summary);
  const { warnings } = request.packaged.report;
  return known ? { ...image, reused: true, warnings, explain: image.explain.map(unchanged) } : image;
}

async function assemble(plan: ImagePlan): Promise<ImageRecord> {
  const { assembleImage } = await import('./assemble-image.ts');
  const { built, files } = await assembleImage(plan);
  const summary = {
    digest: built.manifest.digest,
    platform: renderPlatform(built.platform),
    bundle: built.bundle,
    files,
    packages: plan.dependencies?.placed.map(({ found }) => packageId(found)) ?? [],
  };
  return { image: built, summary };
}

async function planImage(request: BuildImageRequest): Promise<ImagePlan> {
  const { recipe = {}, packaged, root } = request;
  checkRecipe(recipe, request.secrets ?? []);
  const blobs = openBlobStore(request.cacheDirectory);
  const platform = recipe.platform === undefined ? hostPlatform() : parsePlatform(recipe.platform);
  const [base, revision] = await Promise.all([
    resolveBase(request, platform, blobs),
    gitRevision(root, sourceFiles(request), blobs.directory),
  ]);
  const parts = installedParts();
  const target = packageTarget(platform);
  return {
    request,
    blobs,
    platform,
    base,
    revision,
    parts,
    created: createdAt(request.env ?? process.env, revision),
    runtimePackages: await planRuntimePackages(request, parts, target),
    dependencies: await planDependencies(request, target),
    previous: readFunctionImage(blobs, packaged.spec.metadata.name),
  };
}

/** The user's own files that the function was packaged from, as far as it says. */
function sourceFiles({ packaged }: BuildImageRequest): string[] {
  const { source, included } = packaged.report;
  return [...new Set([source, ...included.flatMap(({ file }) => file ?? [])])].filter(
    (file) => !file.includes('://'),
  );
}

/** An image that was built before is no part of the function. */
function withoutImage(packaged: PackagedFunction): PackagedFunction {
  const { image: _, ...body } = packaged.spec.spec;
  return { ...packaged, spec: { ...packaged.spec, spec: body } };
}

/** Everything that decides the image. */
function planInputs({ request, base, revision, parts, created, platform, ...plan }: ImagePlan): Json {
  const { packaged, recipe = {} } = request;
  return toJson({
    format: 1,
    spec: digestJson(toJson(packaged.spec)),
    bundle: path.basename(packaged.bundle.directory),
    base: { digest: base.image.digest, config: digestBytes(JSON.stringify(base.image.config)) },
    recipe,
    revision,
    created,
    platform,
    runtime: digestJson(runtimeInputs(parts, platform)),
    runtimePackages: plan.runtimePackages.inputs,
    dependencies: plan.dependencies?.inputs ?? null,
  });
}

const unchanged = (layer: LayerReport): LayerReport => ({
  ...layer,
  reused: true,
  reason: 'nothing changed',
});
