import { isoTime } from '../core/clock.ts';
import type { JournalEvent, MetricEvent, StepEvent } from './journal-event.ts';
import { type ArtifactRecord, type StepRecord, terminalStates } from './run.ts';
import type { RunDraft } from './run-draft.ts';
import { seriesName } from './series-name.ts';

type EventOf<Kind extends JournalEvent['kind']> = Extract<JournalEvent, { kind: Kind }>;

const appliers: { readonly [Kind in JournalEvent['kind']]: (draft: RunDraft, event: EventOf<Kind>) => void } =
  {
    created: applyCreated,
    state: applyState,
    param: (draft, { key, value }) => put(draft.params, key, value),
    input: (draft, { key, input }) => put(draft.inputs, key, input),
    label: (draft, { key, value }) => put(draft.labels, key, value),
    result: (draft, { key, value }) => put(draft.results, key, value),
    metric: applyMetric,
    artifact: (draft, { artifact }) => applyArtifact(draft.artifacts, artifact),
    environment: (draft, { environment }) => {
      draft.environment = environment;
    },
    heartbeat: (draft, { cpu, rss }) => {
      draft.usage = { cpu, rss, peakRss: Math.max(rss, draft.usage?.peakRss ?? 0) };
    },
    owner: (draft, { owner }) => {
      draft.owner = owner;
    },
    commit: (draft, { message }) => {
      draft.commitMessage = message;
    },
    attempt: applyAttempt,
    trial: applyTrial,
    best: (draft, { iteration }) => {
      draft.bestIteration = iteration;
    },
    closed: () => undefined,
    step: applyStep,
  };

/** Takes one event into the draft. A kind that only a newer version knows changes nothing that this one could show. */
export function applyEvent(draft: RunDraft, event: JournalEvent): void {
  draft.seq = event.seq;
  draft.lastEventAt = event.time;
  if (!Object.hasOwn(appliers, event.kind)) return;
  const apply = appliers[event.kind] as (draft: RunDraft, event: JournalEvent) => void;
  apply(draft, event);
}

function applyCreated(draft: RunDraft, event: EventOf<'created'>): void {
  draft.uid = event.uid;
  draft.name = event.name;
  draft.project = event.project;
  draft.kind = event.runKind;
  draft.createdAt = event.time;
  for (const [key, value] of Object.entries(event.params)) put(draft.params, key, value);
  for (const [key, value] of Object.entries(event.inputs)) put(draft.inputs, key, value);
  for (const [key, value] of Object.entries(event.labels)) put(draft.labels, key, value);
  draft.function = event.function;
  draft.runtime = event.runtime;
  draft.cluster = event.cluster;
  draft.parent = event.parent;
  draft.iteration = event.iteration;
  draft.step = event.step;
  draft.attempt = event.attempt;
  draft.seed = event.seed;
}

/** A state that is no end, after one that was, means that the run goes on: how it ended before no longer holds. */
function applyState(draft: RunDraft, event: EventOf<'state'>): void {
  draft.state = event.state;
  const ended = terminalStates.has(event.state);
  if (event.state === 'running') draft.startedAt ??= event.time;
  draft.endedAt = ended ? event.time : undefined;
  draft.error = event.error;
  draft.exitCode = event.exitCode;
  draft.reason = event.reason;
  if (event.state === 'lost') loseSteps(draft, isoTime(event.time));
}

/** Nobody is left to say how the steps of a lost pipeline ended; their own runs may know. */
function loseSteps(draft: RunDraft, endedAt: string): void {
  for (const [at, step] of draft.steps.entries()) {
    if (terminalStates.has(step.state)) continue;
    draft.steps[at] =
      step.startedAt === undefined
        ? { ...step, state: 'skipped', reason: 'the pipeline was lost', endedAt }
        : { ...step, state: 'lost', endedAt };
  }
}

function applyAttempt(draft: RunDraft, event: EventOf<'attempt'>): void {
  draft.attempt = event.attempt;
  draft.state = 'pending';
  draft.endedAt = undefined;
  draft.error = undefined;
  draft.exitCode = undefined;
  draft.reason = undefined;
}

function applyMetric(draft: RunDraft, event: MetricEvent): void {
  const series = event.context ? seriesName(event.key, event.context) : event.key;
  if (event.step !== undefined) {
    const latest = Object.hasOwn(draft.metricSteps, series) ? draft.metricSteps[series] : undefined;
    if (latest !== undefined && event.step < latest) return;
    put(draft.metricSteps, series, event.step);
  }
  put(draft.metrics, series, event.value);
}

function applyArtifact(artifacts: ArtifactRecord[], artifact: ArtifactRecord): void {
  const at = artifacts.findIndex(({ key }) => key === artifact.key);
  if (at < 0) artifacts.push(artifact);
  else artifacts[at] = artifact;
}

function applyTrial(draft: RunDraft, event: EventOf<'trial'>): void {
  const trial = { iteration: event.iteration, uid: event.uid, state: event.state };
  // trials end in any order, most often near the end of the list
  let at = draft.trials.length;
  while (at > 0 && (draft.trials[at - 1]?.iteration ?? 0) > event.iteration) at--;
  const replaces = draft.trials[at - 1]?.iteration === event.iteration;
  draft.trials.splice(replaces ? at - 1 : at, replaces ? 1 : 0, trial);
}

function applyStep(draft: RunDraft, event: EventOf<'step'>): void {
  const places = placesOf(draft.steps);
  const at = places.get(event.id) ?? draft.steps.length;
  places.set(event.id, at);
  draft.steps[at] = nextStep(draft.steps[at], event, isoTime(event.time));
}

const stepPlaces = new WeakMap<readonly StepRecord[], Map<string, number>>();

/** Where each step stands in a draft's list; with wide maps there are tens of thousands. */
function placesOf(steps: readonly StepRecord[]): Map<string, number> {
  const known = stepPlaces.get(steps);
  if (known?.size === steps.length) return known;
  const places = new Map(steps.map((step, at) => [step.id, at]));
  stepPlaces.set(steps, places);
  return places;
}

function nextStep(before: StepRecord | undefined, event: StepEvent, time: string): StepRecord {
  const ended = terminalStates.has(event.state);
  const startedAt = event.state === 'running' ? (before?.startedAt ?? time) : before?.startedAt;
  const reason = event.reason ?? before?.reason;
  const runUid = event.runUid ?? before?.runUid;
  const attempt = event.attempt ?? before?.attempt;
  const item = event.item ?? before?.item;
  return {
    id: event.id,
    ...(item === undefined ? {} : { item }),
    function: event.function,
    state: event.state,
    cached: event.cached ?? before?.cached ?? false,
    ...(reason === undefined ? {} : { reason }),
    ...(runUid === undefined ? {} : { runUid }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(ended ? { endedAt: time } : {}),
    results: event.results ?? before?.results ?? {},
    ...(event.error === undefined ? {} : { error: event.error }),
    ...(attempt === undefined ? {} : { attempt }),
  };
}

/** Sets a key given by the user; `__proto__` must become a property, not a prototype. */
function put<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}
