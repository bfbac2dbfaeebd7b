import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageFolder } from './installed-package.ts';

/** The parts of a version 3 source map that are changed here. */
interface RawSourceMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly [key: string]: unknown;
}

/**
 * Makes esbuild's map independent of the machine and show sources as the user wrote them: cells are
 * `notebook:<path>#cell-<n>`, files `source:<path from the root>`; text of installed packages is left out.
 * @param originals by source name, for sources whose bundled text was changed
 */
export function finishSourceMap(map: string, originals: ReadonlyMap<string, string>, root: string): string {
  const raw = JSON.parse(map) as RawSourceMap;
  const sources = raw.sources.map((name) =>
    /^(?:notebook|late|slipway):/.test(name) ? name : `source:${name}`,
  );
  const sourcesContent = sources.map((name) => originals.get(name) ?? ownText(name, root));
  return JSON.stringify({ ...raw, sources, sourcesContent });
}

function ownText(source: string, root: string): string | null {
  const name = /^source:(.+)$/.exec(source)?.[1];
  if (name === undefined || name === 'slipway-entry') return null;
  const file = path.resolve(root, name);
  // a package may bring a map of its own that names files it does not ship
  return packageFolder(file) === undefined && existsSync(file) ? readFileSync(file, 'utf8') : null;
}
