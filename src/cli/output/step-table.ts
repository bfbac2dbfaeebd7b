import { renderDuration } from '../../core/duration.ts';
import { orderSteps } from '../../pipelines/plan/order-steps.ts';
import { headline } from '../../pipelines/render/render-headline.ts';
import type { StepRecord } from '../../tracking/run.ts';
import type { Session } from '../session.ts';
import { renderTable } from './render-table.ts';
import { stateStyle } from './state-style.ts';

/** The steps of a pipeline run: state, how long, results, and why one failed, was skipped or came from the cache. */
export function renderStepTable(steps: readonly StepRecord[], session: Pick<Session, 'out'>): string {
  const { colors, width } = session.out;
  return renderTable(
    orderSteps(steps),
    [
      { title: 'STEP', cell: (step) => step.id, style: colors.bold },
      {
        title: 'STATE',
        cell: (step) => (step.cached ? 'cached' : step.state),
        style: (text, step) => stateStyle(colors, step.state)(text),
      },
      { title: 'TOOK', cell: stepTook, align: 'right' },
      { title: 'RESULTS', cell: (step) => headline(step.results), shrinks: true },
      { title: 'WHY', cell: (step) => step.error?.message ?? step.reason ?? '', shrinks: true },
    ],
    { width, heading: colors.dim },
  );
}

function stepTook(step: StepRecord): string {
  if (step.startedAt === undefined || step.endedAt === undefined) return '';
  return renderDuration(Math.max(0, Date.parse(step.endedAt) - Date.parse(step.startedAt)));
}
