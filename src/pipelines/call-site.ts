import { findSourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../core/package-root.ts';

/** A place in the user's source. Lines and columns count from 1. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the user's code called us: the first stack frame outside this package, through source maps where there are any. */
export function findCallSite(): CallSite | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    const frame = parseFrame(line);
    if (frame !== undefined && !isOwn(frame.file)) return mapSite(frame);
  }
  return undefined;
}

/** `train.ts:12:5`, relative to the current folder where the file lies below it. */
export function renderCallSite(site: CallSite): string {
  const relative = path.relative(process.cwd(), site.file);
  const shown = relative.startsWith('..') || path.isAbsolute(relative) ? site.file : relative;
  return `${shown}:${site.line}:${site.column}`;
}

function parseFrame(line: string): CallSite | undefined {
  const match = /^\s*at (?:.*\()?(?:async )?(.+?):(\d+):(\d+)\)?$/.exec(line);
  if (match === null) return undefined;
  const [, location = '', row, column] = match;
  if (location.startsWith('node:')) return undefined;
  const file = location.startsWith('file:') ? fileURLToPath(location.replace(/\?.*$/, '')) : location;
  return { file, line: Number(row), column: Number(column) };
}

function isOwn(file: string): boolean {
  const [top = ''] = path.relative(packageRoot(), file).split(path.sep);
  return file.includes(`${path.sep}node_modules${path.sep}`) || top === 'src' || top === 'dist';
}

function mapSite(site: CallSite): CallSite {
  const entry = findSourceMap(site.file)?.findEntry(site.line - 1, site.column - 1);
  if (entry === undefined || !('originalSource' in entry)) return site;
  const source = entry.originalSource;
  const file = source.startsWith('file:')
    ? fileURLToPath(source)
    : path.resolve(path.dirname(site.file), source);
  return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}
