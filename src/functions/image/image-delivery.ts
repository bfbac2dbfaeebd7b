import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { explainAccessError } from '../../core/access-error.ts';
import { fileNotFound } from '../../core/errors.ts';
import { imageOptionsInvalid } from './build-errors.ts';
import { parseImageReference } from './registry/reference.ts';

/** What a built image is for; without any of these it stays in the cache. */
export interface ImageDelivery {
  /** `registry/name[:tag]` to push it to. */
  readonly push?: string;
  /** `name[:tag]` to load it into Docker under. */
  readonly load?: string;
  /** Archive to write, absolute. */
  readonly output?: string;
  /** @default 'oci' */
  readonly archiveFormat?: 'oci' | 'docker';
  /** What a Docker archive calls the image. */
  readonly tag?: string;
}

/**
 * Refuses, before anything is built, what could not be delivered afterwards.
 * @throws IMAGE_OPTIONS_INVALID, INVALID_IMAGE_REFERENCE, FILE_NOT_FOUND, ACCESS_DENIED
 */
export function checkDelivery({ push, load, output, archiveFormat }: ImageDelivery): void {
  const ways = Object.entries({ push, load, output }).flatMap(([way, value]) =>
    value === undefined ? [] : way,
  );
  if (ways.length > 1)
    throw imageOptionsInvalid(`an image cannot be delivered by ${ways.join(' and ')} at once`, {
      hint: 'choose one; the second build costs nothing, since nothing is made again',
    });
  if (archiveFormat !== undefined && output === undefined)
    throw imageOptionsInvalid('an archive format was given, but no archive to write', {
      hint: 'name the file: --output image.tar',
    });
  for (const reference of [push, load]) if (reference !== undefined) parseImageReference(reference);
  if (push?.includes('@'))
    throw imageOptionsInvalid(`an image cannot be pushed to the digest "${push}"`, {
      hint: 'its digest is known only once it is built: give a name and perhaps a tag',
    });
  if (output !== undefined) checkOutput(output);
}

function checkOutput(output: string): void {
  const folder = path.dirname(output);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw fileNotFound(`folder "${folder}" does not exist, so "${output}" cannot be written`, {
      hint: 'create it first, or choose another file',
    });
  if (statSync(output, { throwIfNoEntry: false })?.isDirectory())
    throw imageOptionsInvalid(`"${output}" is a folder`, { hint: `name a file, e.g. ${output}/image.tar` });
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw explainAccessError(error);
  }
}
