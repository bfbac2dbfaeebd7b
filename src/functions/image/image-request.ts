import type { PackagedFunction } from '../function-spec.ts';
import type { Image } from './oci/image.ts';
import type { RegistryOptions } from './registry/registry-options.ts';

/** What an image is made of beside the function; everything is optional. */
export interface ImageRecipe {
  /**
   * What the image builds on: `self` (the Node that runs this, no network needed), an image in a registry (`node:22-slim`,
   * `registry.example.com/base@sha256:…`), or an archive (`./base.tar`).
   * @default 'self'
   */
  readonly base?: string;
  /** `linux/amd64`, `linux/arm64`. @default this machine's */
  readonly platform?: string;
  /** Packages to add: `name` at the project's version, or `name@1.2.3`. */
  readonly requirements?: readonly string[];
  /** Environment variables of every container; never secrets: whoever has the image can read them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whom containers run as: `uid`, `uid:gid`. @default '65532:65532' */
  readonly user?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Shell commands to run on the base first, e.g. `apt-get install -y git`; these need a Docker daemon. */
  readonly commands?: readonly string[];
}

export interface BuildImageRequest {
  readonly packaged: PackagedFunction;
  /** Project folder: packages, lockfile and git state are looked for from here; a base archive's path starts here. */
  readonly root: string;
  /** Folder of the cache (`.slipway/cache`). */
  readonly cacheDirectory: string;
  readonly recipe?: ImageRecipe;
  /** Names of the project's secrets: no variable of the image may have one. */
  readonly secrets?: readonly string[];
  /** Where SOURCE_DATE_EPOCH is read. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How a base in a registry is fetched. */
  readonly registry?: RegistryOptions;
  /** Hears what the recipe's commands print, a piece at a time. */
  readonly onOutput?: (text: string) => void;
}

/** One layer of an image and how it came there. */
export interface LayerReport {
  /** `base` (perhaps several), `runtime`, `runtime-packages`, `dependencies`, `bundle`. */
  readonly name: string;
  readonly digest: string;
  /** Bytes as stored and transferred. */
  readonly size: number;
  readonly reused: boolean;
  /** e.g. `same packages as in the image of function "train"`, `main.mjs changed`. */
  readonly reason: string;
}

/** An image in the cache, ready to be pushed, loaded or written. */
export interface BuiltImage extends Image {
  /** Name of the function. */
  readonly function: string;
  /** Digest of the function's bundle. */
  readonly bundle: string;
  /** As asked for, and what it was at that moment. */
  readonly base: { readonly reference: string; readonly digest: string };
  /** From the lowest layer up. */
  readonly explain: readonly LayerReport[];
  /** Whether the whole image was there already. */
  readonly reused: boolean;
  readonly warnings: readonly string[];
}
