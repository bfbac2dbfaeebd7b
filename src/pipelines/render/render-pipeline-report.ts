import { renderDuration } from '../../core/duration.ts';
import type { RunRecord, StepRecord } from '../../tracking/run.ts';
import { orderSteps } from '../plan/order-steps.ts';
import { renderColumns } from './render-columns.ts';
import { headline, oneLine } from './render-headline.ts';

/** How a pipeline run ended, for people: every step of the plan, outputs, and the error with what to do about it. */
export function renderPipelineReport(record: RunRecord): string {
  const steps = orderSteps(record.steps ?? []);
  const rows = steps.map((step) => [
    step.id,
    step.function,
    step.cached ? 'cached' : step.state,
    took(step.startedAt, step.endedAt),
    step.state === 'completed' ? headline(step.results) : oneLine(step.error?.message ?? step.reason ?? ''),
  ]);
  const outputs = Object.entries(record.outputs ?? {}).map(([name, value]) => [
    `  ${name}`,
    typeof value === 'string' ? oneLine(value) : JSON.stringify(value),
  ]);
  return [
    `${record.name} · ${record.state} · ${took(record.startedAt, record.endedAt)} · run ${record.uid}`,
    '',
    renderColumns([['STEP', 'FUNCTION', 'STATE', 'TOOK', 'RESULTS'], ...rows]),
    ...(outputs.length === 0 ? [] : ['', 'outputs', renderColumns(outputs)]),
    ...(record.error === undefined ? [] : ['', `${record.error.code}: ${record.error.message}`]),
    ...(record.error?.hint === undefined ? [] : [`  ${record.error.hint}`]),
  ].join('\n');
}

function took(startedAt: StepRecord['startedAt'], endedAt: StepRecord['endedAt']): string {
  if (startedAt === undefined || endedAt === undefined) return '';
  return renderDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}
