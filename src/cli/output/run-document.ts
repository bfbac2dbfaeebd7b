import { orderSteps } from '../../pipelines/plan/order-steps.ts';
import type { IterationRecord, RunRecord, StepRecord } from '../../tracking/run.ts';

/** The JSON of a run, as `run`, `get run` and `describe` print it; its shape is documented in docs/cli.md. */
export function runDocument(record: RunRecord): Readonly<Record<string, unknown>> {
  return {
    uid: record.uid,
    name: record.name,
    project: record.project,
    kind: record.kind,
    state: record.state,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    params: record.params,
    inputs: record.inputs,
    results: record.results,
    metrics: record.metrics,
    artifacts: record.artifacts.map(({ key, kind, uri, digest }) => ({ key, kind, uri, digest })),
    labels: record.labels,
    createdAt: record.createdAt,
    startedAt: record.startedAt ?? null,
    endedAt: record.endedAt ?? null,
    ...(record.error ? { error: record.error } : {}),
    ...(record.exitCode === undefined ? {} : { exitCode: record.exitCode }),
    ...(record.iterations ? sweepPart(record, record.iterations) : {}),
    ...notificationsPart(record),
  };
}

function sweepPart(
  record: RunRecord,
  iterations: readonly IterationRecord[],
): Readonly<Record<string, unknown>> {
  return {
    iterations,
    bestIteration: record.bestIteration ?? null,
    failedIterations: record.failedIterations ?? 0,
  };
}

/** The JSON of a pipeline run, as `pipeline run` prints it. */
export function pipelineDocument(record: RunRecord): Readonly<Record<string, unknown>> {
  return {
    uid: record.uid,
    name: record.name,
    project: record.project,
    kind: record.kind,
    state: record.state,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    params: record.params,
    steps: orderSteps(record.steps ?? []).map(stepDocument),
    outputs: record.outputs ?? {},
    labels: record.labels,
    createdAt: record.createdAt,
    startedAt: record.startedAt ?? null,
    endedAt: record.endedAt ?? null,
    ...(record.error ? { error: record.error } : {}),
    ...notificationsPart(record),
  };
}

function notificationsPart({ notifications }: RunRecord): Readonly<Record<string, unknown>> {
  return notifications === undefined ? {} : { notifications };
}

function stepDocument(step: StepRecord): Readonly<Record<string, unknown>> {
  const { id, state, cached, reason, runUid, results, error } = step;
  return {
    id,
    function: step.function,
    state,
    cached,
    ...(reason === undefined ? {} : { reason }),
    runUid: runUid ?? null,
    startedAt: step.startedAt ?? null,
    endedAt: step.endedAt ?? null,
    results,
    ...(error ? { error: error } : {}),
  };
}

/** Either of the two, by what the run is. */
export function recordDocument(record: RunRecord): Readonly<Record<string, unknown>> {
  return record.kind === 'pipeline' ? pipelineDocument(record) : runDocument(record);
}

/** The run with all that is known about it: what `describe` prints beyond `runDocument`. */
export function fullDocument(record: RunRecord): Readonly<Record<string, unknown>> {
  const { function: fn, runtime, cluster, parent, iteration, step, attempt, seed } = record;
  const { environment, git, usage } = record;
  const more = {
    ...{ function: fn, runtime, cluster, parent, iteration, step, attempt, seed },
    ...{ environment, git, usage },
  };
  return {
    ...recordDocument(record),
    artifacts: record.artifacts,
    inputs: record.inputs,
    results: record.results,
    metrics: record.metrics,
    ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
    ...(record.commitMessage === undefined ? {} : { commitMessage: record.commitMessage }),
    ...(record.trashed ? { trashed: true } : {}),
  };
}
