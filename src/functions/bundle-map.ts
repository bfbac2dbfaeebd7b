import { readFileSync, statSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import type { StackFrame } from './stack-frame.ts';

interface LoadedMap {
  readonly stamp: string;
  readonly map: SourceMap;
  readonly lines: ReadonlyMap<string, readonly string[]>;
}

const maps = new Map<string, LoadedMap>();

/** The source map of a bundle folder; undefined if there is none. */
function loadMap(directory: string): LoadedMap | undefined {
  const file = path.join(directory, 'main.mjs.map');
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const stamp = `${stat.size}-${stat.mtimeMs}`;
  const known = maps.get(file);
  if (known?.stamp === stamp) return known;
  const payload = JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload;
  const lines = new Map(
    payload.sources.map((name, index) => [name, (payload.sourcesContent[index] ?? '').split(/\r?\n/)]),
  );
  const loaded = { stamp, map: new SourceMap(payload), lines };
  maps.set(file, loaded);
  return loaded;
}

/** Where a frame in a bundle's main.mjs comes from; other frames come back as they are. */
export function mapFrame(frame: StackFrame): StackFrame {
  if (path.basename(frame.file) !== 'main.mjs' || !path.isAbsolute(frame.file)) return frame;
  const entry = loadMap(path.dirname(frame.file))?.map.findEntry(frame.line - 1, frame.column - 1);
  if (!entry || !('originalSource' in entry) || !entry.originalSource) return frame;
  return {
    ...frame,
    file: entry.originalSource,
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

/** A line of a source as it was when it was bundled. */
export function bundledLine(directory: string, source: string, line: number): string | undefined {
  return loadMap(directory)?.lines.get(source)?.[line - 1];
}
