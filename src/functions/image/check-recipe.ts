import { imageOptionsInvalid } from './build-errors.ts';
import type { ImageRecipe } from './image-request.ts';
import { parsePlatform } from './oci/platform.ts';
import { parseRequirement } from './packages/required-packages.ts';

/**
 * Refuses what no image can be built from, before anything is read or made.
 * @throws IMAGE_OPTIONS_INVALID, UNSUPPORTED_PLATFORM
 */
export function checkRecipe(recipe: ImageRecipe, secrets: readonly string[]): void {
  if (recipe.platform !== undefined) parsePlatform(recipe.platform);
  for (const requirement of recipe.requirements ?? []) parseRequirement(requirement);
  for (const [name, value] of Object.entries(recipe.env ?? {})) checkVariable(name, value, secrets);
  for (const name of Object.keys(recipe.labels ?? {})) checkLabel(name);
  checkUser(recipe.user);
  if (recipe.base?.trim() === '')
    throw imageOptionsInvalid('the base image is empty', { hint: 'name one, or leave it out for "self"' });
  const empty = recipe.commands?.find((command) => command.trim() === '');
  if (empty !== undefined)
    throw imageOptionsInvalid('a command to run on the base is empty', { hint: 'leave it out' });
  if (recipe.commands?.length && (recipe.base ?? 'self') === 'self')
    throw imageOptionsInvalid('commands cannot run on the base "self": it has no shell', {
      hint: `give a base image that has one: base: 'node:22-slim'`,
    });
}

function checkVariable(name: string, value: unknown, secrets: readonly string[]): void {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) || typeof value !== 'string' || value.includes('\0'))
    throw imageOptionsInvalid(`environment variable "${name}" of the image cannot be set`, {
      hint: 'a name has letters, digits and "_", and the value is text',
    });
  if (secrets.includes(name))
    throw imageOptionsInvalid(`"${name}" is a secret of the project and cannot go into an image`, {
      hint: `whoever has the image could read it: name it for the run instead (--secret ${name})`,
    });
}

function checkLabel(name: string): void {
  if (name === '' || /[\s=]/.test(name))
    throw imageOptionsInvalid(`label "${name}" of the image cannot be set`, {
      hint: 'a name of a label has no spaces and no "="',
    });
}

function checkUser(user: string | undefined): void {
  if (user === undefined || /^(?:\d+|[a-z_][a-z0-9_-]*)(?::(?:\d+|[a-z_][a-z0-9_-]*))?$/i.test(user)) return;
  throw imageOptionsInvalid(`user "${user}" of the image cannot be set`, {
    hint: 'write uid, uid:gid, or names that the base has',
  });
}
