import { renderDuration } from '../../core/duration.ts';
import { jobName } from '../../runtime/kubernetes/manifest/object-name.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { present } from '../output/present.ts';
import { relativeTime } from '../output/relative-time.ts';
import { renderErrorRecord } from '../output/render-error.ts';
import { renderArtifactLines, renderBlock, renderTook } from '../output/render-run.ts';
import { renderBytes } from '../output/render-value.ts';
import { fullDocument } from '../output/run-document.ts';
import { stateStyle } from '../output/state-style.ts';
import { renderStepTable } from '../output/step-table.ts';
import { renderTrialTable } from '../output/trial-table.ts';
import type { Session } from '../session.ts';
import type { DescribeRequest } from './describe-request.ts';

/** `slipway describe run <uid>`: everything the record holds. */
export async function describeRun({ workspace, session, options, name }: DescribeRequest): Promise<void> {
  const record = await workspace.store.getRun(name);
  await present(session, options, {
    data: () => fullDocument(record),
    text: () => renderRunDescription(record, session),
    names: () => [record.uid],
  });
}

/** A run with all that is known about it, for people. */
export function renderRunDescription(record: RunRecord, session: Session): string {
  const { colors } = session.out;
  const inputs = Object.entries(record.inputs).map(([key, input]) => [key, renderInput(input)] as const);
  const lines = [
    `${colors.bold(record.name)} ${stateStyle(colors, record.state)(record.state)}  ${record.uid}`,
    ...renderBlock('about', aboutRun(record, session), colors),
    ...renderBlock('labels', record.labels, colors),
    ...renderBlock('params', record.params, colors),
    ...renderBlock('inputs', Object.fromEntries(inputs), colors),
    ...renderBlock('results', record.kind === 'pipeline' ? (record.outputs ?? {}) : record.results, colors),
    ...renderBlock('metrics', record.metrics, colors),
    ...renderArtifactLines(record.artifacts, colors),
    ...renderBlock('notified', notified(record), colors),
  ];
  const parts = [
    `${lines.join('\n')}\n`,
    ...(record.iterations?.length ? [renderTrialTable(record, session)] : []),
    ...(record.steps?.length ? [renderStepTable(record.steps, session)] : []),
    ...(record.error ? [renderErrorRecord(record.error, colors)] : []),
  ];
  return parts.join('\n');
}

/** What became of each notification. */
function notified({ notifications = [] }: RunRecord): Readonly<Record<string, string>> {
  const entries = notifications.map(({ name, on, state, attempts, error }) => {
    const tries = attempts > 1 ? ` after ${attempts} tries` : '';
    const why = error === undefined ? '' : `: ${error.message}`;
    return [on === 'running' ? `${name} (begin)` : name, `${state}${tries}${why}`];
  });
  return Object.fromEntries(entries);
}

function renderInput(input: RunRecord['inputs'][string]): string {
  const size = input.size === undefined ? '' : ` (${renderBytes(input.size)})`;
  return `${input.uri}${size}`;
}

/** Where kubectl finds it. */
function clusterFacts(record: RunRecord): readonly (readonly [string, string | undefined])[] {
  const { cluster } = record;
  if (cluster === undefined) return [];
  return [
    ['cluster', `${cluster.server}${cluster.context === undefined ? '' : ` (context ${cluster.context})`}`],
    ['namespace', cluster.namespace],
    ['job', record.kind === 'sweep' ? undefined : jobName({ ...record, attempt: record.attempt ?? 1 })],
    ['pod', cluster.pod],
  ];
}

function aboutRun(record: RunRecord, session: Session): Readonly<Record<string, string>> {
  const source = record.function?.source ?? record.function?.name;
  const started = record.startedAt ?? record.createdAt;
  const { environment, git, usage } = record;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['kind', record.kind],
    ['project', record.project],
    ['function', source && `${source}${record.function ? ` · ${record.function.handler}` : ''}`],
    ['bundle', record.function?.digest],
    ['runtime', record.runtime],
    ['image', record.function?.image],
    ...clusterFacts(record),
    ['started', `${started} (${relativeTime(started, session.clock.now())})`],
    ['took', renderTook(record) || undefined],
    ['parent', record.parent && `${record.parent}${record.iteration ? `, trial ${record.iteration}` : ''}`],
    ['attempt', record.attempt !== undefined && record.attempt > 1 ? String(record.attempt) : undefined],
    ['seed', record.seed === undefined ? undefined : String(record.seed)],
    [
      'commit',
      git && `${git.commit}${git.branch ? ` (${git.branch})` : ''}${git.dirty ? ', with changes' : ''}`,
    ],
    ['machine', environment && `${environment.host}, ${environment.platform}, node ${environment.node}`],
    ['usage', usage && `${renderDuration(usage.cpu * 1000)} CPU, ${renderBytes(usage.peakRss)} at most`],
    ['exit code', record.exitCode === undefined ? undefined : String(record.exitCode)],
    ['reason', record.reason],
    ['note', record.commitMessage],
    ['trash', record.trashed ? 'yes; slipway restore takes it back' : undefined],
  ];
  return Object.fromEntries(facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined));
}
