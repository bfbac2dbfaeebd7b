import { isoTime } from '../core/clock.ts';
import type { IterationRecord, RunRecord } from './run.ts';
import type { RunDraft } from './run-draft.ts';

/** The record that a draft stands for; see `foldRun`. */
export function renderRecord(draft: RunDraft, children?: ReadonlyMap<string, RunRecord>): RunRecord {
  const record = {
    uid: draft.uid,
    name: draft.name,
    project: draft.project,
    kind: draft.kind,
    state: draft.state,
    params: { ...draft.params },
    inputs: { ...draft.inputs },
    results: { ...draft.results },
    metrics: { ...draft.metrics },
    artifacts: [...draft.artifacts],
    labels: { ...draft.labels },
    createdAt: isoTime(draft.createdAt),
    startedAt: optionalTime(draft.startedAt),
    endedAt: optionalTime(draft.endedAt),
    error: draft.error,
    exitCode: draft.exitCode,
    reason: draft.reason,
    function: draft.function,
    runtime: draft.runtime,
    cluster: clusterPlace(draft),
    parent: draft.parent,
    iteration: draft.iteration,
    step: draft.step,
    attempt: draft.attempt,
    seed: draft.seed,
    environment: draft.environment,
    git: draft.environment?.git,
    commitMessage: draft.commitMessage,
    ...sweepPart(draft, children),
    ...pipelinePart(draft),
    usage: draft.usage,
  };
  for (const key of Object.keys(record) as (keyof typeof record)[])
    if (record[key] === undefined) delete record[key];
  return record as RunRecord;
}

const optionalTime = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : isoTime(time);

function sweepPart(draft: RunDraft, children: ReadonlyMap<string, RunRecord> | undefined): object {
  if (draft.kind !== 'sweep' && draft.trials.length === 0) return {};
  const iterations = draft.trials.map((trial): IterationRecord => {
    const child = children?.get(trial.uid);
    return {
      ...trial,
      params: child?.params ?? {},
      results: child?.results ?? {},
      metrics: child?.metrics ?? {},
      ...(child?.error === undefined ? {} : { error: child.error }),
    };
  });
  const failedIterations = iterations.filter(({ state }) => state === 'error' || state === 'lost').length;
  return { iterations, bestIteration: draft.bestIteration, failedIterations };
}

function pipelinePart(draft: RunDraft): object {
  if (draft.kind !== 'pipeline' && draft.steps.length === 0) return {};
  return { steps: [...draft.steps], outputs: { ...draft.results } };
}

/** A process that another one speaks for is in a pod, which is its host. */
function clusterPlace({ cluster, owner, environment }: RunDraft): RunRecord['cluster'] {
  if (cluster === undefined) return undefined;
  const pod = owner?.guard === undefined ? environment?.host : owner.host;
  return pod === undefined ? cluster : { ...cluster, pod };
}
