import type { ErrorRecord } from '../core/error.ts';
import { createUid } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { userErrorRecord } from '../functions/user-error.ts';
import type { RunState } from '../tracking/run.ts';
import type { ChildContext } from './context.ts';
import type { ContextOptions, ContextState } from './context-state.ts';
import type { OpenContext } from './create-context.ts';
import { checkKey, checkValue } from './log-value.ts';
import { promoteTrial } from './promote-trial.ts';

/** The trials that a handler opens below its run. */
export interface ChildRuns {
  open(params: Readonly<Record<string, unknown>>): ChildContext;
  settle(): Promise<void>;
  finish(state: RunState): void;
  close(): void;
}

interface Trial {
  readonly iteration: number;
  readonly open: OpenContext;
  /** Ends the trial as soon as what it saves is saved. */
  end(wanted: TrialEnd): void;
  /** Ends it at once: as it asked for already, else as given. */
  endNow(wanted: TrialEnd): void;
}

interface TrialEnd {
  readonly state: RunState;
  readonly error?: ErrorRecord;
  readonly reason?: string;
}

/** Each trial is a run with a journal of its own, so that opening the thousandth costs what the first did. */
export function createChildRuns(
  parent: ContextState,
  create: (options: ContextOptions) => OpenContext,
): ChildRuns {
  const running = new Set<Trial>();
  let count = 0;
  let best: Trial | undefined;
  return {
    open(params) {
      parent.checkOpen('child');
      count += 1;
      const trial = openTrial(parent, create, {
        iteration: count,
        params,
        onEnd: () => running.delete(trial),
      });
      running.add(trial);
      return Object.defineProperties(
        {},
        childMembers(trial, () => (best = markBest(parent, trial))),
      ) as ChildContext;
    },
    async settle() {
      for (const trial of running) await trial.open.settle();
    },
    finish(state) {
      const reason = state === 'completed' ? {} : { reason: 'the run that opened the trial ended' };
      for (const trial of running) trial.endNow({ state, ...reason });
      if (best) promoteTrial(parent.options.writer, best.open.state.options.writer.record());
    },
    close() {
      for (const trial of running) trial.open.close();
    },
  };
}

function openTrial(
  parent: ContextState,
  create: (options: ContextOptions) => OpenContext,
  start: { iteration: number; params: Readonly<Record<string, unknown>>; onEnd: () => void },
): Trial {
  const { iteration } = start;
  const { writer, ...options } = trialOptions(parent, iteration, start.params);
  const open = create({ ...options, writer });
  let word: TrialEnd | undefined;
  let ended = false;
  const finish = ({ state, error, reason }: TrialEnd): void => {
    if (ended) return;
    ended = true;
    open.finish(state);
    open.close();
    writer.append({ kind: 'state', state, ...(error ? { error } : {}), ...(reason ? { reason } : {}) });
    writer.close();
    start.onEnd();
    parent.options.writer.append({ kind: 'trial', iteration, uid: writer.uid, state });
  };
  return {
    iteration,
    open,
    end(wanted) {
      word ??= wanted;
      // what is still being saved belongs to the trial: it ends once that is done, at the latest with the run
      if (!open.state.isSaving) finish(word);
      else void open.settle().then(() => finish(word ?? wanted));
    },
    endNow: (wanted) => finish(word ?? wanted),
  };
}

function trialOptions(
  parent: ContextState,
  iteration: number,
  given: Readonly<Record<string, unknown>>,
): ContextOptions {
  const { store, wrapWriter, name, project } = parent.options;
  const params: Record<string, Json> = {};
  for (const [key, value] of Object.entries(given))
    params[checkKey('param', key)] = checkValue('param', key, value);
  const shared = { name, project, iteration, attempt: 1, params, labels: {} };
  const uid = createUid();
  const writer = wrapWriter(
    store.createRun({ uid, runKind: 'trial', inputs: {}, parent: parent.uid, ...shared }),
  );
  writer.append({ kind: 'state', state: 'running' });
  return { ...parent.options, ...shared, writer };
}

function childMembers(trial: Trial, markAsBest: () => void): PropertyDescriptorMap {
  const own: Pick<ChildContext, 'complete' | 'fail' | 'markAsBest'> = {
    complete: () => trial.end({ state: 'completed' }),
    fail: (error) => trial.end({ state: 'error', error: userErrorRecord(error) }),
    markAsBest,
  };
  return {
    ...Object.getOwnPropertyDescriptors(trial.open.context),
    ...Object.getOwnPropertyDescriptors(own),
  };
}

function markBest(parent: ContextState, trial: Trial): Trial {
  parent.append('markAsBest', { kind: 'best', iteration: trial.iteration, uid: trial.open.state.uid });
  return trial;
}
