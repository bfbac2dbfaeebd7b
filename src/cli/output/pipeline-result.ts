import type { ArtifactRecord, RunRecord } from '../../tracking/run.ts';
import type { Session } from '../session.ts';
import { renderArtifactLines, renderBlock, renderTook } from './render-run.ts';
import { stateStyle } from './state-style.ts';
import { renderStepTable } from './step-table.ts';

/**
 * A pipeline run that has ended, for people: the steps, its outputs, the steps' metrics and artifacts, and the command that
 * shows more. `stepRuns` are the runs of its steps.
 */
export function renderPipelineResult(
  record: RunRecord,
  stepRuns: readonly RunRecord[],
  session: Pick<Session, 'out'>,
): string {
  const { colors } = session.out;
  const took = renderTook(record);
  const head = `${colors.bold(record.name)} ${stateStyle(colors, record.state)(record.state)}${took ? ` in ${took}` : ''}  ${colors.dim(record.uid)}`;
  const ordered = orderRuns(record, stepRuns);
  const facts = [
    ...renderBlock('outputs', record.outputs ?? {}, colors),
    ...renderBlock('metrics', collectMetrics(ordered), colors),
    ...renderArtifactLines(collectArtifacts(ordered), colors),
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

function collectMetrics(runs: readonly RunRecord[]): RunRecord['metrics'] {
  const entries = runs.flatMap((run) =>
    Object.entries(run.metrics).map(([key, value]) => [`${run.step ?? run.name}.${key}`, value] as const),
  );
  return Object.fromEntries(entries);
}

function collectArtifacts(runs: readonly RunRecord[]): readonly ArtifactRecord[] {
  const byUri = new Map(runs.flatMap((run) => run.artifacts).map((artifact) => [artifact.uri, artifact]));
  return [...byUri.values()];
}
