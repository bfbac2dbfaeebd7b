import { escapeXml } from '../../core/escape-markup.ts';
import type { RunRecord, StepRecord } from '../../tracking/run.ts';
import type { Plan } from '../plan/plan.ts';
import { allSteps, dependenciesOf } from '../plan/plan-graph.ts';
import { layoutGraph, type NodeSize, type Point } from './layout-graph.ts';
import { anchorOf, stateLabel, took } from './report-text.ts';

/** More steps than this are not drawn: nobody could read them. */
const most = 250;
const size: NodeSize = { width: 184, height: 44, gap: { x: 28, y: 46 } };
const margin = 12;

/** The graph of a pipeline run, each step in the colour of its state; those of a map's items are one box. */
export function renderReportGraph(plan: Plan, record: RunRecord): string {
  const steps = allSteps(plan);
  if (steps.length > most) return `<p class="note">${steps.length} steps are too many to draw.</p>`;
  const byId = new Map((record.steps ?? []).map((step) => [step.id, step]));
  const { onExit } = plan.spec;
  const needed = new Set(plan.spec.steps.flatMap((step) => dependenciesOf(step, plan.spec.maps)));
  const last = plan.spec.steps.filter(({ id }) => !needed.has(id)).map(({ id }) => id);
  const nodes = new Map(
    steps.map((step) => [step.id, step === onExit ? last : dependenciesOf(step, plan.spec.maps)]),
  );
  const layout = layoutGraph(nodes, size);
  const mapped = new Set(plan.spec.steps.filter((step) => step.map !== undefined).map(({ id }) => id));
  const edges = layout.edges.map(({ points }) => `<path class="edge" d="${curve(points)}"/>`);
  const boxes = [...layout.nodes].map(([id, point]) => renderBox(id, point, byId.get(id), mapped.has(id)));
  const [width, height] = [layout.width + 2 * margin, layout.height + 2 * margin];
  return (
    `<div class="scroll"><svg class="graph" role="img" aria-label="Graph of the steps" width="${width}" height="${height}" ` +
    `viewBox="${-margin} ${-margin} ${width} ${height}">${edges.join('')}${boxes.join('')}</svg></div>`
  );
}

function renderBox(id: string, { x, y }: Point, step: StepRecord | undefined, isMapped: boolean): string {
  const [left, top] = [x - size.width / 2, y - size.height / 2];
  const state = step === undefined ? 'created' : step.cached ? 'cached' : step.state;
  const time = step === undefined ? '' : took(step);
  const detail = [
    stateLabel(state),
    ...(isMapped && step?.reason ? [step.reason] : []),
    ...(time ? [time] : []),
  ];
  const shadow = isMapped
    ? `<rect class="box behind" x="${left + 4}" y="${top + 4}" width="${size.width}" height="${size.height}" rx="8"/>`
    : '';
  return (
    `<a href="#${anchorOf(id)}" class="node ${state}"><title>${escapeXml(`${id}: ${detail.join(', ')}`)}</title>${shadow}` +
    `<rect class="box" x="${left}" y="${top}" width="${size.width}" height="${size.height}" rx="8"/>` +
    `<text x="${left + 12}" y="${top + 19}" class="name">${escapeXml(clip(id, 24))}</text>` +
    `<text x="${left + 12}" y="${top + 35}" class="detail">${escapeXml(clip(detail.join(' · '), 30))}</text></a>`
  );
}

/** A line through points that leaves and enters each of them upright. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let from = first;
  const parts = [`M${first.x} ${first.y}`];
  for (const to of rest) {
    const middle = (from.y + to.y) / 2;
    parts.push(`C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`);
    from = to;
  }
  return parts.join(' ');
}

const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
