import path from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { mapFrame } from '../../functions/bundle-map.ts';
import { localRoot } from '../../functions/local-root.ts';
import { parseStack, type StackFrame } from '../../functions/stack-frame.ts';

/** A place in the user's source. Lines and columns count from 1. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the user's code called us: the first stack frame outside this package, as it stands in the source that was bundled. */
export function findCallSite(): CallSite | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  const frame = parseStack(stack).find(({ file }) => !file.startsWith('node:') && !isOwn(file));
  return frame && resolveFrame(frame);
}

/** `train.ts:12:5`, relative to the current folder where the file lies below it. */
export function renderCallSite(site: CallSite): string {
  const relative = path.relative(process.cwd(), site.file);
  const shown = relative.startsWith('..') || path.isAbsolute(relative) ? site.file : relative;
  return `${shown}:${site.line}:${site.column}`;
}

function isOwn(file: string): boolean {
  const [top = ''] = path.relative(packageRoot(), file).split(path.sep);
  return file.includes(`${path.sep}node_modules${path.sep}`) || top === 'src' || top === 'dist';
}

function resolveFrame(frame: StackFrame): CallSite {
  const { file, line, column } = mapFrame(frame);
  const [, source] = /^source:(.+)$/.exec(file) ?? [];
  const root = source === undefined ? undefined : localRoot(path.dirname(frame.file));
  return { file: source === undefined ? file : path.resolve(root ?? process.cwd(), source), line, column };
}
