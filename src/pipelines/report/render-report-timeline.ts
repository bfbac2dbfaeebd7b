import { renderDuration } from '../../core/duration.ts';
import { escapeXml } from '../../core/escape-markup.ts';
import type { RunRecord, StepRecord } from '../../tracking/run.ts';
import { orderSteps } from '../plan/order-steps.ts';
import { anchorOf, shownState, stateLabel, took } from './report-text.ts';

/** Bars drawn at most; all steps stand in the table below. */
const most = 300;
const row = 22;
const left = 190;
const width = 900;

/** When each step ran, on one axis from the pipeline's beginning to its end. */
export function renderReportTimeline(record: RunRecord): string {
  const began = Date.parse(record.startedAt ?? record.createdAt);
  const ran = orderSteps(record.steps ?? []).filter((step) => step.startedAt !== undefined);
  if (ran.length === 0) return '<p class="note">No step ran.</p>';
  const ends = ran.map((step) => Date.parse(step.endedAt ?? record.endedAt ?? step.startedAt ?? ''));
  const span = Math.max(1, ...ends.map((end) => end - began));
  const shown = ran.slice(0, most);
  const scale = (width - left - 70) / span;
  const bars = shown.map((step, at) => renderBar(step, at, (time) => left + (time - began) * scale, record));
  const height = shown.length * row + 26;
  const more = ran.length > most ? `<p class="note">… and ${ran.length - most} more.</p>` : '';
  return (
    `<div class="scroll"><svg class="timeline" role="img" aria-label="When each step ran" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `${renderAxis(span, scale, height)}${bars.join('')}</svg></div>${more}`
  );
}

function renderBar(step: StepRecord, at: number, place: (time: number) => number, record: RunRecord): string {
  const from = place(Date.parse(step.startedAt ?? ''));
  const to = place(Date.parse(step.endedAt ?? record.endedAt ?? step.startedAt ?? ''));
  const y = at * row + 4;
  const state = shownState(step);
  const time = took(step);
  const name = step.id.length > 28 ? `${step.id.slice(0, 27)}…` : step.id;
  return (
    `<a href="#${anchorOf(step.id)}" class="node ${state}"><title>${escapeXml(`${step.id}: ${stateLabel(state)} ${time}`)}</title>` +
    `<text class="label" x="${left - 8}" y="${y + 13}" text-anchor="end">${escapeXml(name)}</text>` +
    `<rect class="bar" x="${from.toFixed(1)}" y="${y}" width="${Math.max(2, to - from).toFixed(1)}" height="${row - 6}" rx="3"/>` +
    `<text class="detail" x="${(Math.max(from + 2, to) + 5).toFixed(1)}" y="${y + 12}">${escapeXml(time)}</text></a>`
  );
}

function renderAxis(span: number, scale: number, height: number): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => part * span);
  return ticks
    .map((time) => {
      const x = (left + time * scale).toFixed(1);
      return `<line class="tick" x1="${x}" y1="0" x2="${x}" y2="${height - 18}"/><text class="detail" x="${x}" y="${height - 4}" text-anchor="middle">${escapeXml(renderDuration(time))}</text>`;
    })
    .join('');
}
