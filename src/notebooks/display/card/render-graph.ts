import type { StepRecord } from '../../../tracking/run.ts';
import { type Html, html } from '../html/html.ts';
import type { StepView } from '../run/run-view.ts';
import { layOutGraph, type PlacedStep } from './lay-out-graph.ts';

const boxHeight = 24;
const rowGap = 10;
const columnGap = 34;
/** Beyond this the list below says more than a drawing. */
const mostSteps = 40;

/** A pipeline's steps from left to right by what they wait for. Nothing where nothing waits, or for too many steps. */
export function renderGraph(
  steps: readonly StepRecord[],
  views: ReadonlyMap<string, StepView>,
): Html | undefined {
  const nodes = steps.map(({ id }) => ({ id, dependencies: views.get(id)?.dependencies ?? [] }));
  if (steps.length > mostSteps || nodes.every(({ dependencies }) => dependencies.length === 0))
    return undefined;
  const placed = layOutGraph(nodes);
  const boxes = new Map(placedBoxes(placed).map((box) => [box.id, box]));
  const width = Math.max(...[...boxes.values()].map((box) => box.x + box.width)) + 1;
  const height = Math.max(...[...boxes.values()].map((box) => box.y)) + boxHeight + 1;
  const edges = nodes.flatMap(({ id, dependencies }) =>
    dependencies.map((from) => renderEdge(boxes.get(from), boxes.get(id))),
  );
  const drawn = steps.map(({ id, state }) => renderBox(boxes.get(id), state));
  // hidden where style sheets are taken out, which would leave the names without the drawing
  return html`<div class="graph" hidden><svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="graph of the steps">${edges}${drawn}</svg></div>`;
}

interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function placedBoxes(placed: readonly PlacedStep[]): readonly Box[] {
  const columns = Math.max(...placed.map(({ column }) => column)) + 1;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...placed.filter((step) => step.column === column).map(({ id }) => textWidth(id))),
  );
  const starts = widths.map((_, column) =>
    widths.slice(0, column).reduce((sum, width) => sum + width + columnGap, 1),
  );
  return placed.map(({ id, column, row }) => ({
    id,
    x: starts[column] ?? 0,
    y: 1 + row * (boxHeight + rowGap),
    width: widths[column] ?? 0,
  }));
}

/** There is nothing to measure text with: wide enough for 12 px of any common font. */
const textWidth = (text: string): number => Math.min(180, Math.round(28 + shorten(text).length * 6.7));

const shorten = (text: string): string => (text.length > 22 ? `${text.slice(0, 21)}…` : text);

function renderBox(box: Box | undefined, state: StepRecord['state']): Html | undefined {
  if (box === undefined) return undefined;
  const { id, x, y, width } = box;
  const rest = state === 'created' || state === 'skipped' ? '0.55' : '1';
  return html`<g class="${state}" opacity="${rest}"><rect x="${x}" y="${y}" width="${width}" height="${boxHeight}" rx="5" style="fill:color-mix(in srgb,var(--tone) 12%,transparent);stroke:var(--tone)"/><circle cx="${x + 11}" cy="${y + boxHeight / 2}" r="3.5" style="fill:var(--tone)"/><text x="${x + 20}" y="${y + boxHeight / 2 + 4}" fill="currentColor">${shorten(id)}</text></g>`;
}

function renderEdge(from: Box | undefined, to: Box | undefined): Html | undefined {
  if (from === undefined || to === undefined) return undefined;
  const [x1, y1] = [from.x + from.width, from.y + boxHeight / 2];
  const [x2, y2] = [to.x, to.y + boxHeight / 2];
  const middle = (x1 + x2) / 2;
  return html`<path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" fill="none" stroke="currentColor" stroke-opacity="0.35"/>`;
}
