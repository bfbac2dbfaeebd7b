import path from 'node:path';

/** A file as messages, specs and source maps name it: relative to the root, with `/`. */
export function displayPath(file: string, root: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
