import type { RunRecord } from '../../tracking/run.ts';
import type { Session } from '../session.ts';
import { renderBlock, renderTook } from './render-run.ts';
import { renderPairs } from './render-value.ts';
import { stateStyle } from './state-style.ts';
import { renderStepTable } from './step-table.ts';

/**
 * A pipeline run that has ended, for people: the steps, its outputs, each step's metrics and artifacts, where those lie, and
 * the command that shows more. `stepRuns` are the runs of its steps.
 */
export function renderPipelineResult(
  record: RunRecord,
  stepRuns: readonly RunRecord[],
  session: Pick<Session, 'out'>,
  storeDirectory: string,
): string {
  const { colors } = session.out;
  const took = renderTook(record);
  const head = `${colors.bold(record.name)} ${stateStyle(colors, record.state)(record.state)}${took ? ` in ${took}` : ''}  ${colors.dim(record.uid)}`;
  const runs = orderRuns(record, stepRuns);
  const artifacts = byStep(runs, (run) => run.artifacts.map((artifact) => artifact.key).join(', '));
  const facts = [
    ...renderBlock('outputs', record.outputs ?? {}, colors),
    ...renderBlock(
      'metrics',
      byStep(runs, (run) => renderPairs(run.metrics)),
      colors,
    ),
    ...renderBlock('artifacts', artifacts, colors),
    ...(Object.keys(artifacts).length ? [`  ${colors.dim('stored in'.padEnd(10))} ${storeDirectory}`] : []),
  ];
  return [
    head,
    '',
    renderStepTable(record.steps ?? [], session).trimEnd(),
    '',
    ...(facts.length ? [...facts, ''] : []),
    `${colors.dim('more:')} slipway describe ${record.uid}`,
    '',
  ].join('\n');
}

function orderRuns(record: RunRecord, stepRuns: readonly RunRecord[]): readonly RunRecord[] {
  return (record.steps ?? []).flatMap((step) => stepRuns.filter((run) => run.uid === step.runUid));
}

/** One text a step, for the steps that have any. */
function byStep(runs: readonly RunRecord[], render: (run: RunRecord) => string): Record<string, string> {
  const entries = runs.map((run) => [run.step ?? run.name, render(run)] as const);
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}
