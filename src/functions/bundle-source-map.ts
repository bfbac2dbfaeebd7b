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
export function finishSourceMap(map: string, originals: ReadonlyMap<string, string>): string {
  const raw = JSON.parse(map) as RawSourceMap;
  const sources = raw.sources.map((name) =>
    /^(?:notebook|late|slipway):/.test(name) ? name : `source:${name}`,
  );
  const sourcesContent = raw.sources.map((name, index) => {
    if (name.includes('node_modules/') || name.startsWith('late:')) return null;
    return originals.get(sources[index] ?? name) ?? raw.sourcesContent?.[index] ?? null;
  });
  return JSON.stringify({ ...raw, sources, sourcesContent });
}
