import { type ErrorRecord, reviveError } from '../../../core/error.ts';
import type { Json } from '../../../core/json.ts';
import { agentExit, agentExitCode } from '../../../runtime/agent/agent-exit.ts';
import { runNotFound } from '../../../tracking/errors.ts';
import type { HttpStore } from '../../../tracking/http/http-store.ts';
import { type RunRecord, terminalStates } from '../../../tracking/run.ts';
import type { ItemScope } from '../../engine/item-scope.ts';
import type { StepEnd } from '../../engine/pipeline-outcome.ts';
import { pipelineTimeout } from '../../engine/pipeline-timeout.ts';
import { PlanValues } from '../../engine/plan-values.ts';
import { prepareStep, prunedEnd } from '../../engine/prepare-step.ts';
import type { PlanStep } from '../../plan/plan.ts';
import type { StepRun } from '../../run-plan.ts';
import { type PipelineStop, type ReplayCauses, replayRun } from '../record/replay-run.ts';
import { endOfStepRun, reasonLabel } from '../step-record.ts';
import { stepRunUid } from '../step-run-uid.ts';
import { beginAloneRun, finishAloneRun } from './alone-run.ts';
import { endReplaced } from './end-replaced.ts';
import { goOn, podCache } from './pod-cache.ts';
import { recordStandIn, runPodStep } from './pod-step.ts';
import { quietJournal } from './quiet-journal.ts';
import type { PodPlace } from './read-pod-place.ts';
import { viewTarget } from './view-target.ts';
import { decide, writeDecisions } from './write-decisions.ts';

export interface StepPodOptions {
  readonly place: PodPlace;
  readonly store: HttpStore;
  readonly signal: AbortSignal;
  /** What the pod itself has to say, a line at a time. */
  readonly log: (line: string) => void;
  /** Takes the output of user code. */
  readonly print: (text: string) => void;
  /** Takes what is decided for others, a file each. */
  readonly decisionsFolder: string;
}

/** What became of a pod's task, and its exit code. */
export interface PodEnd {
  readonly exitCode: number;
  readonly error?: ErrorRecord;
}

const done: PodEnd = { exitCode: agentExit.completed };

/** Does what a pod of a workflow is for. */
export async function runStepPod(options: StepPodOptions): Promise<PodEnd> {
  const { place, store } = options;
  if (place.isAlone) await beginAloneRun(place, store);
  // meanwhile: what a run before leaves behind does not keep this one waiting
  const [end] = await Promise.all([runTask(options), endReplaced(place, store)]);
  return end;
}

async function runTask(options: StepPodOptions): Promise<PodEnd> {
  const { place } = options;
  switch (place.task.kind) {
    case 'step':
      return runStep(options);
    case 'map':
      return tellItems(options);
    case 'exit': {
      const end = await runExit(options);
      return place.isAlone ? finish(options) : end;
    }
    case 'finish':
      return finish(options);
  }
}

/** A pipeline that failed fails its workflow, whatever Argo makes of the rest. */
async function finish({ place, store }: StepPodOptions): Promise<PodEnd> {
  // what this pod itself has written must be found by whoever looks now
  await store.flush();
  const isCompleted = await finishAloneRun(place, store, await causesOf(place, store));
  return { exitCode: isCompleted ? agentExit.completed : agentExit.failed };
}

async function runStep(options: StepPodOptions): Promise<PodEnd> {
  const { place, store, log } = options;
  const { plan, task, pipelineRun } = place;
  const before = await findRun(store, stepRunUid(pipelineRun, task.id, task.at));
  const view = await viewTarget(plan, { kind: 'step', id: task.id, at: task.at }, (step, at) =>
    findEnd(place, store, step, at),
  );
  if (view.type === 'skip') {
    log(`step "${task.id}" does not run: ${view.reason}`);
    return done;
  }
  const { found, values } = view;
  if (found.type !== 'step') return done;
  const { id, step, scope } = found;
  const told = (end: StepEnd | undefined): PodEnd => tell(options, { id, scope, values }, end);
  // an earlier run may stand for this item alone: what it gave then still decides about what is inside it
  const known = prunedEnd(plan, step, id);
  if (known !== undefined) {
    log(`step "${id}" does not run: ${known.reason ?? ''}`);
    return known.state === 'completed' ? told(known) : done;
  }
  if (before !== undefined && terminalStates.has(before.state))
    return told(await endOfStepRun(before, (uid) => store.getRun(uid)));
  const stopped = await whyStopped(place, store);
  if (stopped !== undefined) {
    log(`step "${id}" does not run: ${stopped}`);
    return done;
  }
  const prepared = await prepareStep({ step, id, scope }, { plan, values, store, pipelineRun });
  if (!('state' in prepared)) return told(await runOrTake(prepared, options, before));
  log(`step "${id}" does not run: ${prepared.reason ?? ''}`);
  return done;
}

/** Runs the step, unless an earlier run stands for it. */
async function runOrTake(
  run: StepRun,
  options: StepPodOptions,
  begun: RunRecord | undefined,
): Promise<StepEnd | undefined> {
  const { place, store, signal } = options;
  const decision =
    begun === undefined ? await podCache(options).decide(run, signal) : await goOn(begun, options);
  if (decision?.type === 'hit') {
    const { outputs, reason } = decision;
    recordStandIn(run, options, { from: outputs.uid, reason });
    return { state: 'completed', outputs };
  }
  const record = await execute(run, options, {
    ...(begun === undefined ? {} : { begun }),
    ...(decision.labels === undefined ? {} : { labels: decision.labels }),
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
  }).finally(() => decision.settle());
  if (record.state !== 'completed' && place.plan.spec.onFailure === 'stop')
    await stopOthers(options, run.id, record.uid);
  return endOfStepRun(record, (uid) => store.getRun(uid));
}

interface Execution {
  readonly begun?: RunRecord;
  readonly labels?: Readonly<Record<string, string>>;
  readonly reason?: string;
}

async function execute(
  run: StepRun,
  { place, store, signal, print }: StepPodOptions,
  { begun, labels, reason }: Execution,
): Promise<RunRecord> {
  return runPodStep(run, {
    place,
    store,
    signal,
    labels: { ...labels, ...(reason === undefined ? {} : { [reasonLabel]: reason }) },
    ...(begun === undefined ? {} : { begun }),
    onStarted: (job) => void follow(job.logs(), print),
  });
}

async function follow(
  chunks: AsyncIterable<{ readonly text: string }>,
  print: (text: string) => void,
): Promise<void> {
  for await (const { text } of chunks) print(text);
}

/** What the step's outputs decide for others; a step that did not complete decides nothing. */
function tell(
  { place: { plan, task }, decisionsFolder }: StepPodOptions,
  { id, scope, values }: { readonly id: string; readonly scope: ItemScope; readonly values: PlanValues },
  end: StepEnd | undefined,
): PodEnd {
  if (end?.state === 'completed' && end.outputs !== undefined) {
    values.keep(id, end.outputs);
    writeDecisions(decisionsFolder, decide(plan, task.tell, values, scope));
    return done;
  }
  const { state, error } = end ?? { state: 'error' as const, error: undefined };
  return {
    exitCode: agentExitCode({
      state: state === 'aborted' ? 'aborted' : 'error',
      ...(error ? { error } : {}),
    }),
    ...(error === undefined ? {} : { error }),
  };
}

async function tellItems(options: StepPodOptions): Promise<PodEnd> {
  const { place, store, log, decisionsFolder } = options;
  const { plan, task } = place;
  const view = await viewTarget(plan, { kind: 'map', id: task.id, at: task.at }, (step, at) =>
    findEnd(place, store, step, at),
  );
  if (view.type === 'skip') log(`map "${task.id}" has nothing to do: ${view.reason}`);
  else writeDecisions(decisionsFolder, decide(plan, task.tell, view.values, view.found.scope));
  return done;
}

/** The exit step, with how everything before it ended. */
async function runExit(options: StepPodOptions): Promise<PodEnd> {
  const { place, store } = options;
  const { plan, pipelineRun } = place;
  const { onExit, ...spec } = plan.spec;
  if (onExit === undefined) return done;
  const causes = await causesOf(place, store);
  const status = await replayRun({ ...plan, spec }, store, quietJournal(pipelineRun), causes);
  const prepared = await prepareExit(onExit, options, status as unknown as Json);
  const begun = await findRun(store, stepRunUid(pipelineRun, onExit.id, []));
  if (begun !== undefined && terminalStates.has(begun.state)) return done;
  const record = await execute(prepared, options, begun === undefined ? {} : { begun });
  return { exitCode: record.state === 'completed' ? agentExit.completed : agentExit.failed };
}

async function causesOf({ pipelineRun, deadline }: PodPlace, store: HttpStore): Promise<ReplayCauses> {
  const stopped = await whyEnded(store, pipelineRun);
  const cause =
    deadline !== undefined && Date.now() >= deadline.at ? pipelineTimeout(deadline.timeoutMs) : undefined;
  return {
    ...(stopped === undefined ? {} : { stopped }),
    ...(cause === undefined ? {} : { late: { reason: cause.message, cause } }),
  };
}

/** What stopped the pipeline from outside, as the one who follows it has written down. */
async function whyEnded(store: HttpStore, pipelineRun: string): Promise<PipelineStop | undefined> {
  const record = await findRun(store, pipelineRun);
  if (record?.error === undefined) return undefined;
  return { reason: record.reason ?? record.error.message, cause: reviveError(record.error) };
}

async function prepareExit(step: PlanStep, { place, store }: StepPodOptions, status: Json): Promise<StepRun> {
  const { plan, pipelineRun } = place;
  const starting = { step, id: step.id, scope: [], extra: { status } };
  const prepared = await prepareStep(starting, { plan, values: new PlanValues(plan), store, pipelineRun });
  if ('state' in prepared) throw new TypeError(`the exit step "${step.id}" has a condition`);
  return prepared;
}

async function findEnd(
  { pipelineRun }: PodPlace,
  store: HttpStore,
  step: string,
  at: readonly number[],
): Promise<StepEnd | undefined> {
  const record = await findRun(store, stepRunUid(pipelineRun, step, at));
  if (record === undefined) return undefined;
  const end = await endOfStepRun(record, (uid) => store.getRun(uid));
  // Argo says that it is over; whoever follows will say how
  return end ?? { state: 'lost', record };
}

async function findRun(store: HttpStore, uid: string): Promise<RunRecord | undefined> {
  try {
    return await store.getRun(uid);
  } catch (error) {
    if (runNotFound.is(error)) return undefined;
    throw error;
  }
}

/** Why nothing is to start any more: the pipeline was stopped, or a step has failed, and the plan does not go on then. */
async function whyStopped({ plan, pipelineRun }: PodPlace, store: HttpStore): Promise<string | undefined> {
  const ended = await whyEnded(store, pipelineRun);
  if (ended !== undefined) return ended.reason;
  if (plan.spec.onFailure !== 'stop') return undefined;
  const { runs } = await store.searchRuns({
    parent: pipelineRun,
    filter: "state in ('error', 'lost')",
    all: true,
    limit: 1,
  });
  const [failed] = runs;
  return failed === undefined ? undefined : `step "${failed.step ?? failed.name}" failed`;
}

/** Ends what else is under way, as an engine does that stops at the first failure. */
async function stopOthers({ place, store }: StepPodOptions, failed: string, uid: string): Promise<void> {
  const { runs } = await store.searchRuns({
    parent: place.pipelineRun,
    filter: "state in ('created', 'pending', 'running')",
    all: true,
    limit: 1000,
  });
  const reason = `step "${failed}" failed`;
  await Promise.all(runs.filter((run) => run.uid !== uid).map((run) => store.requestStop(run.uid, reason)));
}
