import { fileURLToPath } from 'node:url';

/** A line of a stack trace. Line and column count from 1. */
export interface StackFrame {
  /** Name of the function, where it has one. */
  readonly name?: string;
  /** Absolute path, or a name as source maps give it (`notebook:…`, `source:…`, `node:…`). */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Frames of a V8 stack trace, the innermost first. */
export function parseStack(stack: string): StackFrame[] {
  return stack.split('\n').flatMap((line) => parseFrame(line));
}

function parseFrame(text: string): StackFrame[] {
  const match = /^\s+at (?:(.*?) \()?((?:.*?)):(\d+):(\d+)\)?$/.exec(text);
  const [, label, place, line, column] = match ?? [];
  if (place === undefined || line === undefined || column === undefined) return [];
  const name = label?.replace(/^(?:async )?(?:new )?(?:Module|Object)?\.?/, '').replace(/ \[as .*\]$/, '');
  const file = filePath(place.replace(/^async /, ''));
  return [
    {
      file,
      line: Number(line),
      column: Number(column),
      ...(name && name !== '<anonymous>' ? { name } : {}),
    },
  ];
}

function filePath(place: string): string {
  if (!place.startsWith('file://')) return place;
  try {
    return fileURLToPath(place.replace(/[?#].*$/, ''));
  } catch {
    // a URL that is no file of this machine stays as it is
    return place;
  }
}
