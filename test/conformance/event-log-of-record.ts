import type { RunRecord, StepRecord } from '../../src/tracking/run.ts';
import type { RunStore } from '../../src/tracking/store.ts';
import type { Because, EventLog, StepLog } from './event-log.ts';
import { maskOpenEnds } from './open-ends.ts';

/** What the record of a pipeline's run and the records of its steps tell, put into the form that all engines are compared in. */
export async function eventLogOf(store: RunStore, run: RunRecord, expected: EventLog): Promise<EventLog> {
  const steps = await Promise.all((run.steps ?? []).map((step) => readStep(store, run.uid, step)));
  const times = new Map(steps.map((step) => [step.log.id, step]));
  const wanted = new Map(expected.steps.map(({ id, after }) => [id, after]));
  const log: EventLog = {
    state: run.state,
    ...(run.error === undefined ? {} : { code: run.error.code }),
    failed: [...failedIn(run)].sort(),
    outputs: run.outputs ?? {},
    steps: steps
      .map((step) => ({
        ...step.log,
        after: (wanted.get(step.log.id) ?? []).filter((before) => cameAfter(step, before, times)),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
  return maskOpenEnds(log, expected);
}

interface TimedStep {
  readonly log: StepLog;
  /** When its own run began and ended, where it had one in this pipeline's run. */
  readonly began?: string;
  readonly ended?: string;
}

async function readStep(store: RunStore, pipelineRun: string, step: StepRecord): Promise<TimedStep> {
  const { id, state, results, error, reason = '', runUid } = step;
  const own = runUid === undefined || step.cached ? undefined : await store.getRun(runUid);
  if (own !== undefined && own.parent !== pipelineRun)
    throw new Error(`step "${id}" names run "${own.uid}", which belongs to "${own.parent}"`);
  const log: StepLog = {
    id,
    state,
    because: becauseOf(step, reason),
    ...(error === undefined ? {} : { code: error.code }),
    attempts: own === undefined ? 0 : (own.attempt ?? 1),
    results,
    after: [],
  };
  if (own === undefined) return { log };
  const { startedAt: began = own.createdAt, endedAt: ended } = own;
  return { log, began, ...(ended === undefined ? {} : { ended }) };
}

function becauseOf({ id, state, cached }: StepRecord, reason: string): Because {
  if (cached) {
    if (/^resumed: /.test(reason)) return 'resume';
    if (/^cached: same /.test(reason)) return 'cache';
    throw new Error(`step "${id}" is answered from another run for an unknown reason: ${reason}`);
  }
  if (/^\d+ (of \d+ )?items?( failed: .*| aborted)?$/.test(reason) || / failed: \S+\[/.test(reason))
    return 'items';
  if (state === 'completed' || state === 'error') return '';
  if (/its condition does not hold: /.test(reason)) return 'condition';
  if (/the test cancels it/.test(reason)) return 'cancel';
  if (/step "[^"]+" (failed|was aborted|was lost)$|the map "[^"]+" failed/.test(reason)) return 'failure';
  if (reason === '') return '';
  throw new Error(`step "${id}" is ${state} for an unknown reason: ${reason}`);
}

function failedIn(run: RunRecord): readonly string[] {
  const { failed } = run.error?.details ?? {};
  return Array.isArray(failed) ? failed.map(String) : [];
}

/** Whether a step began when the other one, or all that begin with `each[`, had ended. */
function cameAfter(step: TimedStep, before: string, all: ReadonlyMap<string, TimedStep>): boolean {
  const others = before.endsWith('[*]')
    ? [...all.values()].filter(({ log }) => log.id.startsWith(before.slice(0, -2)) && log.attempts > 0)
    : [all.get(before)];
  const { began } = step;
  return began !== undefined && others.every((one) => one?.ended !== undefined && one.ended <= began);
}
