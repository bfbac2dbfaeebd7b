import { blankRanges } from './blank-text.ts';
import { parseSource, syntaxError } from './typescript.ts';

/** A cell's text without `%magic` and `!command` lines, and what was taken out. */
export interface MagicFreeCell {
  readonly source: string;
  /** Lines blanked, from 1. */
  readonly blanked: readonly { readonly line: number; readonly text: string }[];
  /** The first line is a `%%cell magic`: the cell is in another language. */
  readonly cellMagic?: string;
}

const magicLine = /^[ \t]*(?:%|!)/;

/**
 * Blanks lines that only other kernels understand, keeping line numbers. `!x` and `% y` can be TypeScript as well, so a
 * line is taken out only where the parser stumbles over it.
 */
export function blankMagics(source: string): MagicFreeCell {
  const first = source.split('\n').find((line) => line.trim() !== '') ?? '';
  if (/^\s*%%/.test(first)) return { source: '', blanked: [], cellMagic: first.trim() };
  if (!/^[ \t]*[%!]/m.test(source)) return { source, blanked: [] };
  const blanked: { line: number; text: string }[] = [];
  let text = source;
  for (;;) {
    const problem = syntaxError(parseSource('cell.ts', text));
    const lines = text.split('\n');
    const line = problem === undefined ? undefined : nearestMagic(lines, problem.line);
    if (line === undefined) return { source: text, blanked };
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const content = lines[line - 1] ?? '';
    blanked.push({ line, text: content.trim() });
    text = blankRanges(text, [{ start, end: start + content.length }]);
  }
}

/** The line of the problem, or the one before: an unfinished `!cmd` is noticed at the next token. */
function nearestMagic(lines: readonly string[], line: number): number | undefined {
  return [line, line - 1].find((candidate) => magicLine.test(lines[candidate - 1] ?? ''));
}
