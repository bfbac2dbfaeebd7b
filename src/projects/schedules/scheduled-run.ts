import { isoTime } from '../../core/clock.ts';
import { parseDuration } from '../../core/duration.ts';
import { isSlipwayError, messageOf } from '../../core/error.ts';
import type { RunRecord } from '../../tracking/run.ts';
import { scheduleNotStarted } from '../errors.ts';
import { loadPipeline } from '../load-pipeline.ts';
import type { FunctionEntry, PipelineEntry } from '../project-spec.ts';
import { resolveFunction } from '../resolve-function.ts';
import { startFunction } from '../run-function.ts';
import { startPipeline } from '../start-pipeline.ts';
import type { RunRequest, Workspace } from '../workspace.ts';
import type { ScheduleEntry } from './schedule-entry.ts';

/** Labels of every run that a schedule has started. */
export const scheduleLabel = 'schedule';
const scheduledAtLabel = 'scheduled-at';

export interface ScheduledRunOptions {
  readonly uid: string;
  /** The scheduled time, milliseconds since 1970. */
  readonly at: number;
  readonly signal?: AbortSignal;
}

/** A run of a schedule under way. */
export interface ScheduledRun {
  readonly uid: string;
  wait(): Promise<RunRecord>;
}

/**
 * Starts what a schedule names, on the same way as `slipway run` and `slipway pipeline run`, labelled with the schedule and the time.
 * The workspace's directory must be the project's. Throws what is wrong with the project before anything starts; what the code of a
 * pipeline throws as `SCHEDULE_NOT_STARTED`.
 */
export async function startScheduledRun(
  workspace: Workspace,
  entry: ScheduleEntry,
  options: ScheduledRunOptions,
): Promise<ScheduledRun> {
  const labels = {
    ...entry.labels,
    [scheduleLabel]: entry.name,
    [scheduledAtLabel]: isoTime(options.at),
  };
  try {
    return entry.pipeline === undefined
      ? await startScheduledFunction(workspace, entry, { ...options, labels })
      : await startScheduledPipeline(workspace, entry, { ...options, labels });
  } catch (error) {
    if (isSlipwayError(error)) throw error;
    const why = messageOf(error);
    throw scheduleNotStarted(`schedule "${entry.name}" could not start its run: ${why}`, {
      hint: 'correct the code, and try it with `slipway schedule run`',
      cause: error,
    });
  }
}

type Options = ScheduledRunOptions & { readonly labels: Readonly<Record<string, string>> };

async function startScheduledPipeline(
  workspace: Workspace,
  entry: ScheduleEntry,
  { uid, labels, signal }: Options,
): Promise<ScheduledRun> {
  const source = entry.pipeline ?? '';
  const known: Partial<PipelineEntry> =
    workspace.project.spec.pipelines?.find(({ name }) => name === source) ?? {};
  const pipeline = await loadPipeline(workspace, source);
  return startPipeline(workspace, pipeline, {
    uid,
    labels,
    source,
    params: { ...known.params, ...entry.params },
    ...(known.onFailure === undefined ? {} : { onFailure: known.onFailure }),
    ...(entry.engine === undefined ? {} : { engine: entry.engine }),
    ...(entry.runtime === undefined ? {} : { runtime: entry.runtime }),
    ...timeoutOf(entry),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function startScheduledFunction(
  workspace: Workspace,
  entry: ScheduleEntry,
  { uid, labels, signal }: Options,
): Promise<ScheduledRun> {
  const name = entry.function ?? '';
  const known = workspace.project.spec.functions?.find((one) => one.name === name);
  const packaged = await resolveFunction(workspace, name);
  return startFunction(workspace, packaged, {
    ...(known === undefined ? {} : functionRequest(known)),
    uid,
    labels: { ...known?.options?.labels, ...labels },
    ...(entry.params === undefined ? {} : { params: entry.params }),
    ...(entry.inputs === undefined ? {} : { inputs: entry.inputs }),
    ...(entry.runtime === undefined ? {} : { runtime: entry.runtime }),
    ...timeoutOf(entry),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** How long a run may take, where its schedule says so. */
export function timeoutOf({ timeout }: ScheduleEntry): { readonly timeoutMs?: number } {
  return timeout === undefined ? {} : { timeoutMs: parseDuration(timeout) };
}

/** What project.yaml says about every run of the function. */
function functionRequest({ options = {} }: FunctionEntry): Omit<RunRequest, 'labels'> {
  const { retry, timeoutMs, resources, runtime, image, secrets, env, isolation, seed } = options;
  const given = { retry, timeoutMs, resources, runtime, image, secrets, env, isolation, seed };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
