import { invalidName } from './errors.ts';

const keyPattern = /^[A-Za-z0-9._/-]+$/;
const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Checks an artifact key: letters, digits, `.`, `_`, `/`, `-`; never a way out of its folder. */
export function parseArtifactKey(key: string): string {
  const segments = key.split('/');
  if (!keyPattern.test(key) || segments.some((part) => part === '' || part === '.' || part === '..'))
    throw invalidName(`artifact key "${key}" is not allowed`, {
      hint: 'use letters, digits, ".", "_", "-" and "/" between non-empty parts',
    });
  return key;
}

/** Checks the name of a project, run, function, pipeline or tag: up to 63 letters, digits, `.`, `_`, `-`. */
export function parseName(what: string, name: string): string {
  if (!namePattern.test(name))
    throw invalidName(`${what} name "${name}" is not allowed`, {
      hint: 'use 1 to 63 letters, digits, ".", "_" and "-", beginning and ending with a letter or digit',
    });
  return name;
}

/** Checks a tag that is to be given to an artifact. */
export function parseTag(tag: string): string {
  parseName('tag', tag);
  if (tag !== 'latest') return tag;
  throw invalidName('tag "latest" cannot be given', {
    hint: 'it always stands for the newest artifact of the key; choose another name',
  });
}
