import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { packageRoot, packageVersion } from '../../../core/package-root.ts';
import { imageBaseUnavailable, imageRuntimeMissing } from '../build-errors.ts';
import type { Platform } from '../oci/descriptor.ts';
import { renderPlatform } from '../oci/platform.ts';

/** What this installation puts into every image; listed when the package is built. */
export interface InstalledParts {
  readonly version: string;
  /** The file in `dist` that the image starts. */
  readonly entry: string;
  /** The file in `dist` that a pod starts. */
  readonly agent: string;
  /** The file in `dist` that a pod of a pipeline's workflow starts. */
  readonly step: string;
  /** Files below `dist`. */
  readonly files: readonly { readonly path: string; readonly digest: string }[];
  /** Packages that the runner imports. */
  readonly packages: readonly string[];
  readonly directory: string;
}

/** @throws IMAGE_RUNTIME_MISSING */
export function installedParts(): InstalledParts {
  const directory = path.join(packageRoot(), 'dist');
  const file = path.join(directory, 'image-parts.json');
  if (!existsSync(file))
    throw imageRuntimeMissing(`"${file}" does not exist`, {
      hint: 'install slipway again; in a clone run `npm run build`',
    });
  const parts = JSON.parse(readFileSync(file, 'utf8')) as Pick<
    InstalledParts,
    'entry' | 'agent' | 'step' | 'files' | 'packages'
  >;
  return { ...parts, version: packageVersion(), directory };
}

/**
 * The first process of containers for a platform.
 * @throws IMAGE_BASE_UNAVAILABLE where there is none
 */
export function initProgram(platform: Platform): { readonly file: string; readonly size: number } {
  const file = path.join(packageRoot(), 'dist', 'init', `${platform.os}-${platform.architecture}`);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat)
    throw imageBaseUnavailable(`images cannot be built for platform "${renderPlatform(platform)}"`, {
      hint: 'use linux/amd64 or linux/arm64',
    });
  return { file, size: stat.size };
}
