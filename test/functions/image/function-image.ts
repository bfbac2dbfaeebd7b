import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildImage } from '../../../src/functions/image/build-image.ts';
import type { BuiltImage, ImageRecipe } from '../../../src/functions/image/image-request.ts';
import { type BlobStore, openBlobStore } from '../../../src/functions/image/oci/blob-store.ts';
import type { ImageConfig, ImageManifest } from '../../../src/functions/image/oci/manifest.ts';
import { packageFunction } from '../../../src/functions/package-function.ts';
import { readTarFile, type TarFile } from '../../support/read-tar.ts';

/** A project in a folder of its own, whose functions are built into images. */
export interface ImageProject {
  readonly root: string;
  readonly blobs: BlobStore;
  write(files: Readonly<Record<string, string | Buffer>>): void;
  /** Packages a source and builds its image. */
  build(source: string, recipe?: ImageRecipe, options?: BuildOptions): Promise<BuiltImage>;
  config(image: BuiltImage): ImageConfig;
  manifest(image: BuiltImage): ImageManifest;
  /** What a layer holds, by its name in `explain`. */
  layer(image: BuiltImage, name: string): Promise<readonly TarFile[]>;
}

interface BuildOptions {
  readonly external?: readonly string[];
  readonly secrets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** @param cacheDirectory one cache for several projects saves making the base again */
export function imageProject(root: string, cacheDirectory: string): ImageProject {
  mkdirSync(root, { recursive: true });
  const blobs = openBlobStore(cacheDirectory);
  const read = <Content>(digest: string): Content => JSON.parse(blobs.read(digest).toString()) as Content;
  return {
    root,
    blobs,
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(root, name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    },
    async build(source, recipe = {}, { external = [], secrets = [], env = {} } = {}) {
      const packaged = await packageFunction({
        source,
        root,
        cacheDirectory: path.join(root, '.slipway/cache'),
        external,
      });
      return buildImage({ packaged, root, cacheDirectory, recipe, secrets, env });
    },
    config: (image) => read<ImageConfig>(image.config.digest),
    manifest: (image) => read<ImageManifest>(image.manifest.digest),
    layer(image, name) {
      const found = image.explain.find((each) => each.name === name);
      if (!found) throw new Error(`the image has no layer "${name}"`);
      return readTarFile(blobs.path(found.digest));
    },
  };
}
