import { escapeXml } from '../core/escape-markup.ts';
import type { Json } from '../core/json.ts';
import type { IterationRecord } from '../tracking/run.ts';
import { type AxisScale, createAxisScale, label, renderNumber } from './axis-scale.ts';
import type { Selector } from './select-best.ts';
import { trialValue } from './trial-value.ts';

export interface ParallelCoordinatesOptions {
  readonly title: string;
  /** Names of the params that were varied, one axis each. */
  readonly params: readonly string[];
  /** What the trials are judged by: the last axis and the colour of the lines. */
  readonly selector?: Selector | undefined;
  /** Number of the trial to stress. */
  readonly best?: number | undefined;
}

interface Axis {
  readonly name: string;
  readonly x: number;
  readonly scale: AxisScale;
  readonly value: (trial: IterationRecord) => Json | undefined;
}

const frame = { top: 92, height: 300, side: 90, gap: 170, bottom: 58 } as const;
// viridis in nine steps, without its palest end, which is lost on white
const colors = [
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#9bd93c',
  '#d2c31d',
];

/**
 * The trials of a sweep as parallel coordinates (SVG): an axis for each varied param and one for what is selected by; a line
 * a trial, coloured by that value, the best one stressed, failed ones dashed. Light and dark surroundings both work.
 */
export function renderParallelCoordinates(
  trials: readonly IterationRecord[],
  options: ParallelCoordinatesOptions,
): string {
  const axes = createAxes(trials, options);
  const width = Math.max(520, frame.side * 2 + frame.gap * Math.max(axes.length - 1, 0));
  const height = frame.top + frame.height + frame.bottom;
  // the best is drawn last, so that no other line covers it
  const ordered = [...trials].sort(
    (a, b) => Number(a.iteration === options.best) - Number(b.iteration === options.best),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(options.title)}">`,
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<text class="title" x="24" y="34">${escapeXml(options.title)}</text>`,
    `<text class="note" x="24" y="54">${escapeXml(renderNote(trials, options))}</text>`,
    ...ordered.map((trial) => renderLine(trial, axes, options)),
    ...axes.map((axis, i) => renderAxis(axis, i === axes.length - 1 && options.selector !== undefined)),
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  'text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}',
  '.ground{fill:#fff}.title{font-size:16px;font-weight:600}.note,.tick{fill:#57606a}.tick{font-size:11px}',
  '.name{font-weight:600}.axis{stroke:#8c959f;stroke-width:1}.mark{stroke:#8c959f}',
  '.trial{fill:none;stroke-width:1.5;stroke-opacity:.6;stroke-linejoin:round}.trial:hover{stroke-width:4;stroke-opacity:1}',
  '.best{stroke-width:3.5;stroke-opacity:1}.failed{stroke:#cf222e;stroke-dasharray:4 4;stroke-opacity:.5}.plain{stroke:#8c959f}',
  '.halo{stroke:#fff;stroke-width:3;paint-order:stroke;stroke-linejoin:round}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.note,.tick{fill:#8b949e}.halo{stroke:#0d1117}}',
].join('');

function createAxes(
  trials: readonly IterationRecord[],
  options: ParallelCoordinatesOptions,
): readonly Axis[] {
  const { selector } = options;
  const columns: { name: string; value: Axis['value'] }[] = options.params.map((name) => ({
    name,
    value: (trial) => trial.params[name],
  }));
  if (selector)
    columns.push({
      name: `${selector.name} (${selector.direction})`,
      value: (trial) => score(trial, selector),
    });
  return columns.map(({ name, value }, i) => ({
    name,
    value,
    x: frame.side + i * frame.gap,
    scale: createAxisScale(trials.map(value)),
  }));
}

function score(trial: IterationRecord, selector: Selector): number | undefined {
  const value = trial.state === 'completed' ? trialValue(trial, selector.name) : undefined;
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function renderNote(trials: readonly IterationRecord[], options: ParallelCoordinatesOptions): string {
  const failed = trials.filter((trial) => trial.state !== 'completed').length;
  const best = trials.find((trial) => trial.iteration === options.best);
  const value = best && options.selector ? trialValue(best, options.selector.name) : undefined;
  return [
    `${trials.length} ${trials.length === 1 ? 'trial' : 'trials'}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(best && value !== undefined
      ? [`best: trial ${best.iteration}, ${options.selector?.name} ${renderNumber(value)}`]
      : []),
  ].join(' · ');
}

const yOf = (position: number): number => round(frame.top + 24 + (1 - position) * (frame.height - 24));
const round = (value: number): number => Math.round(value * 10) / 10;

function renderLine(
  trial: IterationRecord,
  axes: readonly Axis[],
  options: ParallelCoordinatesOptions,
): string {
  const points = axes.flatMap((axis) => {
    const position = axis.scale.position(axis.value(trial));
    return position === undefined ? [] : [`${axis.x},${yOf(position)}`];
  });
  if (points.length === 0) return '';
  // a line needs two points; a single one is drawn as a short dash
  const [only = ''] = points;
  const drawn =
    points.length > 1 ? points : [only, `${Number(only.split(',')[0]) + 12},${only.split(',')[1]}`];
  const values = axes.map((axis) => `${axis.name} ${label(axis.value(trial) ?? '–')}`);
  const title = [`trial ${trial.iteration}`, trial.state, ...values].join(' · ');
  return `<polyline ${lineStyle(trial, axes, options)} points="${drawn.join(' ')}"><title>${escapeXml(title)}</title></polyline>`;
}

function lineStyle(
  trial: IterationRecord,
  axes: readonly Axis[],
  options: ParallelCoordinatesOptions,
): string {
  if (trial.state !== 'completed') return 'class="trial failed"';
  const last = axes.at(-1);
  const position = options.selector && last ? last.scale.position(last.value(trial)) : undefined;
  const best = trial.iteration === options.best ? ' best' : '';
  if (position === undefined) return `class="trial plain${best}"`;
  const good = options.selector?.direction === 'min' ? 1 - position : position;
  return `class="trial${best}" stroke="${colors[Math.round(good * (colors.length - 1))] ?? ''}"`;
}

function renderAxis(axis: Axis, last: boolean): string {
  const [x, side] = [axis.x, last ? 1 : -1];
  const ticks = axis.scale.ticks.map(({ position, label: text }) => {
    const y = yOf(position);
    return `<line class="mark" x1="${x}" x2="${x + side * 5}" y1="${y}" y2="${y}"/><text class="tick halo" x="${x + side * 9}" y="${y + 4}" text-anchor="${last ? 'start' : 'end'}">${escapeXml(text)}</text>`;
  });
  return [
    `<line class="axis" x1="${x}" x2="${x}" y1="${yOf(1)}" y2="${yOf(0)}"/>`,
    ...ticks,
    `<text class="name" x="${x}" y="${frame.top + frame.height + 28}" text-anchor="middle">${escapeXml(shorten(axis.name))}</text>`,
  ].join('');
}

const shorten = (text: string): string => (text.length > 26 ? `${text.slice(0, 25)}…` : text);
