import type { SourceLocation } from '../core/error.ts';

/** `notebook:train.ipynb#cell-5` is a cell; `source:src/lib.ts` and anything else a file. */
export function placeOfSource(source: string): SourceLocation {
  const cell = /^(?:notebook:)?(.+\.ipynb)#cell-(\d+)$/.exec(source);
  if (cell?.[1] !== undefined) return { notebook: cell[1], cell: Number(cell[2]) };
  return { file: source.replace(/^source:/, '') };
}

/** `train.ipynb cell 5, line 3`, or `src/lib.ts line 3`. */
export function renderPlace({ notebook, cell, file, line }: SourceLocation): string {
  const at = line === undefined ? '' : `line ${line}`;
  if (notebook !== undefined)
    return [`${notebook}${cell === undefined ? '' : ` cell ${cell}`}`, at].filter(Boolean).join(', ');
  return [file ?? '(unknown)', at].filter(Boolean).join(' ');
}
