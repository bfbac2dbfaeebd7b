import { digestBytes } from '../../core/digest.ts';
import type { Json } from '../../core/json.ts';
import { explainBundle, explainPackages } from './explain-layers.ts';
import type { ImagePlan } from './image-plan.ts';
import type { LayerReport } from './image-request.ts';
import { bundleEntries, bundleTexts } from './layers/bundle-layer.ts';
import { reuseLayer } from './layers/layer-cache.ts';
import type { LayerEntry } from './layers/layer-entry.ts';
import { runtimeEntries, runtimeInputs } from './layers/runtime-layer.ts';
import { writeLayer } from './layers/write-layer.ts';
import type { ImageLayer } from './oci/image.ts';
import { renderPlatform } from './oci/platform.ts';
import { packageId } from './packages/target.ts';

/** A layer of ours in an image, and how it came there. */
export interface MadeLayer {
  readonly layer: ImageLayer;
  readonly report: LayerReport;
}

interface LayerRecipe {
  readonly name: string;
  readonly inputs: Json;
  readonly entries: () => readonly LayerEntry[];
  /** Why it is reused or made. */
  readonly reason: (known: { readonly reused: boolean; readonly madeFor: string }) => string;
}

/** The layers above the base, from the lowest up: the rarest to change first, so that the others can change without them. */
export async function makeLayers(
  plan: ImagePlan,
): Promise<{ readonly layers: readonly MadeLayer[]; readonly files: Readonly<Record<string, string>> }> {
  const texts = bundleTexts(plan.request.packaged);
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, digestBytes(text)]));
  const recipes = [
    runtimePackagesRecipe(plan),
    runtimeRecipe(plan),
    ...dependencyRecipe(plan),
    bundleRecipe(plan, texts, files),
  ];
  const layers: MadeLayer[] = [];
  for (const recipe of recipes) layers.push(await makeLayer(plan, recipe));
  return { layers, files };
}

async function makeLayer({ request, blobs }: ImagePlan, recipe: LayerRecipe): Promise<MadeLayer> {
  const madeFor = request.packaged.spec.metadata.name;
  const { layer, ...known } = await reuseLayer(blobs, recipe.inputs, madeFor, () =>
    writeLayer(recipe.entries(), blobs),
  );
  const { digest, size } = layer;
  const { reused } = known;
  return { layer, report: { name: recipe.name, digest, size, reused, reason: recipe.reason(known) } };
}

function runtimePackagesRecipe({ runtimePackages, parts, platform }: ImagePlan): LayerRecipe {
  const ids = `${runtimePackages.placed.length} packages of Slipway ${parts.version} for ${renderPlatform(platform)}`;
  return {
    name: 'runtime-packages',
    inputs: runtimePackages.inputs,
    entries: () => runtimePackages.entries(),
    reason: ({ reused }) => (reused ? `the same ${ids}` : ids),
  };
}

function runtimeRecipe({ parts, platform }: ImagePlan): LayerRecipe {
  const runner = `runner of Slipway ${parts.version} for ${renderPlatform(platform)}`;
  return {
    name: 'runtime',
    inputs: runtimeInputs(parts, platform),
    entries: () => runtimeEntries(parts, platform),
    reason: ({ reused }) => (reused ? `the same ${runner}` : `first image with this ${runner}`),
  };
}

function dependencyRecipe({ dependencies, previous }: ImagePlan): readonly LayerRecipe[] {
  if (!dependencies) return [];
  const packages = dependencies.placed.map(({ found }) => packageId(found));
  return [
    {
      name: 'dependencies',
      inputs: dependencies.inputs,
      entries: () => dependencies.entries(),
      reason: ({ reused, madeFor }) =>
        reused
          ? `the same packages as in the image of function "${madeFor}"`
          : explainPackages(previous, packages),
    },
  ];
}

function bundleRecipe(
  { previous }: ImagePlan,
  texts: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): LayerRecipe {
  return {
    name: 'bundle',
    inputs: { kind: 'bundle', format: 1, files },
    entries: () => bundleEntries(texts),
    reason: ({ reused }) => (reused ? 'the same bundle' : explainBundle(previous, files)),
  };
}
