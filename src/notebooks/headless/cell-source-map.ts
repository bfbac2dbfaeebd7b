import { SourceMap, type SourceMapPayload } from 'node:module';

/** A place in a text; both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Where code that a cell was compiled to comes from. */
export interface CellSourceMap {
  /** Place in the cell, or undefined for code that the compiler added. */
  find(line: number, column: number): TextPosition | undefined;
}

const comment = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

/** The code without the map at its end, and the map. */
export function splitInlineMap(code: string): { readonly code: string; readonly map?: SourceMapPayload } {
  const encoded = comment.exec(code)?.[1];
  if (encoded === undefined) return { code };
  const map = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload;
  return { code: code.replace(comment, '\n'), map };
}

/**
 * The map of code that was compiled twice.
 * @param lineOffset lines that the compiler put before the cell's own text
 * @param lineCount lines of the compiled code; what comes after them belongs to the kernel
 */
export function composeMaps(
  second: SourceMapPayload,
  first: SourceMapPayload,
  { lineOffset, lineCount }: { readonly lineOffset: number; readonly lineCount: number },
): CellSourceMap {
  const outer = new SourceMap(second);
  const inner = new SourceMap(first);
  return {
    find(line, column) {
      if (line > lineCount) return undefined;
      const middle = originOf(outer, line - 1, column - 1);
      const origin = middle && originOf(inner, middle.line, middle.column);
      if (!origin || origin.line < lineOffset) return undefined;
      return { line: origin.line - lineOffset + 1, column: origin.column + 1 };
    },
  };
}

/** Zero-based, as source maps count. */
function originOf(
  map: SourceMap,
  line: number,
  column: number,
): { readonly line: number; readonly column: number } | undefined {
  const entry = map.findEntry(line, column);
  if (!('originalLine' in entry)) return undefined;
  return { line: entry.originalLine, column: entry.originalColumn };
}
