import { displayWidth, singleLine, truncate } from './display-width.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** May be cut to make the table fit; the rightmost such column first. @default false */
  readonly shrinks?: boolean;
  /** Colours a finished cell. */
  readonly style?: (text: string, row: Row) => string;
}

export interface TableOptions {
  /** Columns of the terminal; the table is cut to it. */
  readonly width?: number | undefined;
  readonly heading?: (text: string) => string;
}

const gap = '  ';
const narrowest = 8;

/** Rows under headings, aligned; ends with a newline. No rows: an empty text. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions = {},
): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map((column) => singleLine(column.cell(row))));
  const used = columns.map((_, at) => cells.some((line) => line[at] !== ''));
  const shown = columns.map((column, at) => ({ column, at })).filter(({ at }) => used[at]);
  const widths = fitWidths(
    shown.map(({ column, at }) => ({
      natural: cells.reduce(
        (widest, line) => Math.max(widest, displayWidth(line[at] ?? '')),
        displayWidth(column.title),
      ),
      shrinks: column.shrinks === true,
    })),
    options.width,
  );
  const heading = options.heading ?? ((text: string) => text);
  const line = (texts: readonly string[], style: (text: string, index: number) => string): string =>
    shown
      .map(({ column }, index) => {
        const width = widths[index] ?? 0;
        const text = truncate(texts[index] ?? '', width);
        const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
        if (column.align === 'right') return padding + style(text, index);
        return index === shown.length - 1 ? style(text, index) : style(text, index) + padding;
      })
      .join(gap)
      .trimEnd();
  const head = line(
    shown.map(({ column }) => column.title),
    heading,
  );
  const body = rows.map((row, rowAt) =>
    line(
      shown.map(({ at }) => cells[rowAt]?.[at] ?? ''),
      (text, index) => shown[index]?.column.style?.(text, row) ?? text,
    ),
  );
  return `${[head, ...body].join('\n')}\n`;
}

function fitWidths(
  columns: readonly { readonly natural: number; readonly shrinks: boolean }[],
  width: number | undefined,
): readonly number[] {
  const widths = columns.map((column) => column.natural);
  if (width === undefined) return widths;
  let over = widths.reduce((sum, each) => sum + each, 0) + gap.length * (columns.length - 1) - width;
  for (let at = columns.length - 1; at >= 0 && over > 0; at--) {
    const natural = widths[at] ?? 0;
    if (!columns[at]?.shrinks || natural <= narrowest) continue;
    const cut = Math.min(over, natural - narrowest);
    widths[at] = natural - cut;
    over -= cut;
  }
  return widths;
}
