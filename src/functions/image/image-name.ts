import { imageOptionsInvalid } from './build-errors.ts';

/** A function's name as part of an image's: lower case, with nothing that registries refuse. */
export function imageNamePart(functionName: string): string {
  const part = functionName
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return part === '' ? 'function' : part;
}

/** The name that an image goes by where none was given: `slipway/train:latest`. */
export function defaultImageName(functionName: string): string {
  return `slipway/${imageNamePart(functionName)}:latest`;
}

/** Puts the function's name where a name for all functions of a project says `{function}`. */
export function fillImageName(name: string, functionName: string): string {
  const filled = name.replaceAll('{function}', imageNamePart(functionName));
  if (!/[{}]/.test(filled)) return filled;
  throw imageOptionsInvalid(`image name "${name}" has a placeholder that is not known`, {
    hint: 'only {function} stands for something: registry.example.com/team/{function}',
  });
}
