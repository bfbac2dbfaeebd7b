import { chart } from './chart.ts';
import { divergingColor, ink, sequentialColor, textOn } from './palette.ts';
import { element, fitText, group, label, textWidth } from './svg.ts';

export interface HeatmapOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Per row and column; null is drawn as an empty cell. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Text of a cell. */
  readonly format: (value: number, row: number, column: number) => string;
  /** `diverging`: −1 to 1; `sequential`: 0 to 1. */
  readonly colors: 'diverging' | 'sequential';
  /** Number that the colour stands for. @default the value itself */
  readonly shade?: (value: number, row: number, column: number) => number;
  readonly rowTitle?: string;
  readonly columnTitle?: string;
}

/** A matrix of coloured cells with their values. */
export function heatmap(options: HeatmapOptions): string {
  const cell = cellSize(options);
  const left = Math.min(190, Math.max(30, ...options.rows.map((name) => textWidth(name)))) + 14;
  const side = options.rowTitle === undefined ? 0 : 24;
  const slanted = options.columns.some((name) => textWidth(name) > cell.width - 4);
  const longest = Math.min(150, Math.max(...options.columns.map((name) => textWidth(name))));
  const foot = (slanted ? longest * 0.62 + 18 : 24) + (options.columnTitle === undefined ? 0 : 20);
  const [width, height] = [options.columns.length * cell.width, options.rows.length * cell.height];
  const right = slanted ? 10 : 0;
  return chart(
    {
      title: options.title,
      subtitle: options.subtitle,
      width: Math.max(360, side + left + width + right, headingWidth(options)),
      height: height + foot,
    },
    group(
      side + left,
      0,
      ...drawCells(options, cell),
      ...options.rows.map((name, i) =>
        label(-10, (i + 0.5) * cell.height, fitText(name, 190), { anchor: 'end' }),
      ),
      ...options.columns.map((name, i) => columnName(name, (i + 0.5) * cell.width, height, slanted)),
      ...titles(options, { width, height, left, foot }),
    ),
  );
}

interface Cell {
  readonly width: number;
  readonly height: number;
}

function cellSize({ rows, columns }: HeatmapOptions): Cell {
  const width = Math.min(96, Math.max(30, 620 / columns.length));
  return { width, height: Math.min(54, Math.max(26, 480 / rows.length), width) };
}

function headingWidth({ title, subtitle = '' }: HeatmapOptions): number {
  return Math.max(textWidth(title, 16), textWidth(subtitle, 12));
}

function drawCells(options: HeatmapOptions, cell: Cell): string[] {
  const { shade = (value: number) => value, colors, format } = options;
  const small = cell.width < 46;
  return options.rows.flatMap((_, row) =>
    options.columns.map((__, column) => {
      const value = options.values[row]?.[column] ?? null;
      const [x, y] = [column * cell.width, row * cell.height];
      const share = value === null ? 0 : shade(value, row, column);
      const color =
        value === null ? ink.grid : colors === 'diverging' ? divergingColor(share) : sequentialColor(share);
      const box = element('rect', {
        x: x + 1,
        y: y + 1,
        width: cell.width - 2,
        height: cell.height - 2,
        rx: 3,
        fill: color,
      });
      if (value === null) return box;
      const text = format(value, row, column);
      const style = { size: small ? 9.5 : 12, color: textOn(color), anchor: 'middle' } as const;
      return box + label(x + cell.width / 2, y + cell.height / 2, text, style);
    }),
  );
}

function columnName(name: string, x: number, height: number, slanted: boolean): string {
  return slanted
    ? label(x + 4, height + 12, fitText(name, 150), { anchor: 'end', rotate: -45 })
    : label(x, height + 14, name, { anchor: 'middle' });
}

function titles(
  { rowTitle, columnTitle }: HeatmapOptions,
  { width, height, left, foot }: { width: number; height: number; left: number; foot: number },
): string[] {
  const style = { size: 12, anchor: 'middle', color: ink.muted } as const;
  return [
    ...(rowTitle === undefined ? [] : [label(-left - 8, height / 2, rowTitle, { ...style, rotate: -90 })]),
    ...(columnTitle === undefined ? [] : [label(width / 2, height + foot - 6, columnTitle, style)]),
  ];
}
