import type { ErrorRecord } from '../../core/error.ts';
import type { Json } from '../../core/json.ts';
import { type RunState, terminalStates } from '../../tracking/run.ts';
import type { PipelineEvent, StepChange } from '../pipeline-event.ts';
import type { Plan } from '../plan/plan.ts';
import { allSteps, dependenciesOf } from '../plan/plan-graph.ts';

/** What is known of a step while the pipeline runs. Times are milliseconds since 1970. */
export interface StepProgress {
  readonly id: string;
  readonly function: string;
  readonly state: RunState;
  readonly dependencies: readonly string[];
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly reason?: string;
  readonly results?: Readonly<Record<string, Json>>;
  readonly error?: ErrorRecord;
  readonly runUid?: string;
  /** Trials of a sweep that have ended. */
  readonly trials?: number;
  readonly attempt?: number;
  /** Of a step inside a map: how many items there are, and for how many it has ended. */
  readonly items?: { readonly total: number; readonly ended: number };
}

/** The state of a pipeline's progress display: the fold of its events. */
export interface PipelineProgress {
  readonly name: string;
  readonly uid: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly steps: readonly StepProgress[];
}

/** The display before the first event. */
export function startProgress(plan: Plan): PipelineProgress {
  const steps = allSteps(plan).map(
    (step): StepProgress => ({
      id: step.id,
      function: step.function,
      state: 'created',
      dependencies: dependenciesOf(step, plan.spec.maps),
    }),
  );
  return { name: plan.metadata.name, uid: '', startedAt: 0, steps };
}

/** The display after one more event. */
export function applyProgress(progress: PipelineProgress, event: PipelineEvent): PipelineProgress {
  switch (event.type) {
    case 'started':
      return { ...startProgress(event.plan), uid: event.uid, startedAt: event.time };
    case 'ended':
      return { ...progress, endedAt: event.time };
    case 'step':
      return update(countItem(progress, event), event.step, (step) => {
        const { reason, results, error, runUid, state, time, items } = event;
        return {
          ...step,
          state,
          ...(items === undefined ? {} : { items: { total: items, ended: 0 } }),
          ...(state === 'running' ? { startedAt: time } : {}),
          ...(terminalStates.has(state) ? { endedAt: time } : {}),
          ...Object.fromEntries(
            Object.entries({ reason, results, error, runUid }).filter(([, value]) => value !== undefined),
          ),
        };
      });
    case 'attempt':
      return update(progress, event.step, (step) => ({ ...step, attempt: event.attempt }));
    case 'trial':
      return update(progress, event.step, (step) => ({ ...step, trials: (step.trials ?? 0) + 1 }));
    case 'log':
      return progress;
  }
}

/** A step of one item has no row of its own; it counts in that of the step as a whole. */
function countItem(progress: PipelineProgress, { step, state }: StepChange): PipelineProgress {
  const at = step.indexOf('[');
  if (at < 0 || !terminalStates.has(state)) return progress;
  return update(progress, step.slice(0, at), (whole) => {
    const { total = 0, ended = 0 } = whole.items ?? {};
    return { ...whole, items: { total, ended: ended + 1 } };
  });
}

function update(
  progress: PipelineProgress,
  id: string,
  change: (step: StepProgress) => StepProgress,
): PipelineProgress {
  return { ...progress, steps: progress.steps.map((step) => (step.id === id ? change(step) : step)) };
}
