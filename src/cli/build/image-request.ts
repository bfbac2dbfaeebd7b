import path from 'node:path';
import type { OptionValues } from '../../core/option-table.ts';
import type { ImageRecipe } from '../../functions/image/image-request.ts';
import type { FunctionImageRequest } from '../../projects/build-function-image.ts';
import { usageError } from '../errors.ts';

/** Options of `slipway build` that ask for an image. */
export type ImageOptions = Pick<
  OptionValues,
  | 'push'
  | 'load'
  | 'file'
  | 'imageName'
  | 'archiveFormat'
  | 'base'
  | 'platform'
  | 'requirement'
  | 'imageEnv'
  | 'imageLabel'
  | 'imageUser'
  | 'command'
  | 'explain'
  | 'insecureRegistry'
  | 'registryCa'
>;

/** Whether the file to write is the image, not the function.yaml. */
export function isArchive(file: string | undefined): boolean {
  return file !== undefined && /\.tar$/i.test(file);
}

/** Paths on the command line are relative to the current folder. */
export const isPath = (base: string): boolean => /^\.{0,2}\/|\.(?:tar|tgz|tar\.gz)$/.test(base);

/** The image that a command line asks for; undefined where it asks for none. */
export function imageRequest(options: ImageOptions, directory: string): FunctionImageRequest | undefined {
  if (options.file !== undefined && /\.(?:tgz|tar\.\w+)$/i.test(options.file))
    throw usageError(`--output "${options.file}" is a compressed archive, which is not written`, {
      hint: 'name a .tar file, and compress it afterwards',
    });
  const recipe = recipeOf(options, directory);
  const output =
    options.file !== undefined && isArchive(options.file) ? path.resolve(directory, options.file) : undefined;
  const registry = {
    ...(options.insecureRegistry ? { insecure: true } : {}),
    ...(options.registryCa === undefined ? {} : { caFile: path.resolve(directory, options.registryCa) }),
  };
  const wanted =
    options.push !== undefined ||
    options.load ||
    options.explain ||
    output !== undefined ||
    options.archiveFormat !== undefined ||
    options.imageName !== undefined ||
    Object.keys(recipe).length > 0;
  if (!wanted) return undefined;
  return {
    recipe,
    registry,
    ...(options.push === undefined ? {} : { push: options.push }),
    ...(options.load ? { load: true } : {}),
    ...(output === undefined ? {} : { output }),
    ...(options.imageName === undefined ? {} : { name: options.imageName }),
    ...(options.archiveFormat === undefined ? {} : { archiveFormat: options.archiveFormat }),
  };
}

function recipeOf(options: ImageOptions, directory: string): ImageRecipe {
  const { base, platform, requirement, imageEnv, imageLabel, imageUser, command } = options;
  return {
    ...(base === undefined ? {} : { base: isPath(base) ? path.resolve(directory, base) : base }),
    ...(platform === undefined ? {} : { platform }),
    ...(requirement.length === 0 ? {} : { requirements: requirement }),
    ...(Object.keys(imageEnv).length === 0 ? {} : { env: imageEnv }),
    ...(Object.keys(imageLabel).length === 0 ? {} : { labels: imageLabel }),
    ...(imageUser === undefined ? {} : { user: imageUser }),
    ...(command.length === 0 ? {} : { commands: command }),
  };
}
