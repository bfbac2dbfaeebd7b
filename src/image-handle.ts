import path from 'node:path';
import type { PackagedFunction } from './functions/function-spec.ts';
import type { ImageRecipe, LayerReport } from './functions/image/image-request.ts';
import type { FunctionImageRequest } from './projects/build-function-image.ts';
import type { Workspace } from './projects/workspace.ts';
import { showAs } from './show-as.ts';

/** How to build an image and what to do with it. What is not given comes from `image` of project.yaml. */
export interface BuildOptions extends ImageRecipe {
  /** Name for pushing and loading: `registry.example.com/team/train:1`. @default `image.name` of project.yaml; for loading `slipway/<function>` */
  readonly image?: string;
  /** Push it to a registry: `true` under its name, or the name itself. */
  readonly push?: boolean | string;
  /** Load it into Docker: `true` under its name, or the name itself. */
  readonly load?: boolean | string;
  /** Archive to write; a relative path starts from the working directory. */
  readonly output?: string;
  /** Form of the archive. @default 'oci' */
  readonly archiveFormat?: 'oci' | 'docker';
  /** Allow plain HTTP and certificates that nobody vouches for; a registry on this machine needs it not. @default false */
  readonly insecureRegistry?: boolean;
  /** PEM file of certificates to trust when talking to registries. */
  readonly registryCa?: string;
}

/** An image that was built: in the cache, and wherever it was sent. */
export interface ImageHandle {
  /** Digest of its manifest. */
  readonly digest: string;
  /** `registry/name@sha256:…` once pushed, its name in Docker once loaded. */
  readonly reference: string | undefined;
  /** `linux/amd64` */
  readonly platform: string;
  /** Bytes of its layers, as stored and transferred. */
  readonly size: number;
  readonly base: { readonly reference: string; readonly digest: string };
  /** Each layer from the lowest up: reused or made, and why. */
  readonly layers: readonly LayerReport[];
  /** Whether nothing had changed since it was last built. */
  readonly reused: boolean;
  /** Digests of what went over the wire; none when the registry had it all. */
  readonly uploaded: readonly string[];
  /** The archive, absolute. */
  readonly file: string | undefined;
}

/** Builds the image of a function and delivers it as asked. */
export async function buildHandle(
  workspace: Workspace,
  packaged: PackagedFunction,
  options: BuildOptions,
): Promise<ImageHandle> {
  const [{ buildFunctionImage }, { imageSize, renderImage }, { renderPlatform }] = await Promise.all([
    import('./projects/build-function-image.ts'),
    import('./functions/image/render-image.ts'),
    import('./functions/image/oci/platform.ts'),
  ]);
  const { image, delivered } = await buildFunctionImage(workspace, packaged, imageRequest(options));
  const handle: ImageHandle = {
    digest: image.manifest.digest,
    reference: delivered.reference,
    platform: renderPlatform(image.platform),
    size: imageSize(image),
    base: image.base,
    layers: image.explain,
    reused: image.reused,
    uploaded: delivered.uploaded ?? [],
    file: delivered.file,
  };
  return showAs(handle, () => renderImage(image, delivered, { explain: true }).trimEnd());
}

function imageRequest(options: BuildOptions): FunctionImageRequest {
  const { image, push, load, output, archiveFormat, insecureRegistry, registryCa, ...recipe } = options;
  return {
    recipe,
    registry: {
      ...(insecureRegistry === undefined ? {} : { insecure: insecureRegistry }),
      ...(registryCa === undefined ? {} : { caFile: path.resolve(registryCa) }),
    },
    ...(image === undefined ? {} : { name: image }),
    ...(push === undefined ? {} : { push }),
    ...(load === undefined ? {} : { load }),
    ...(output === undefined ? {} : { output: path.resolve(output) }),
    ...(archiveFormat === undefined ? {} : { archiveFormat }),
  };
}
