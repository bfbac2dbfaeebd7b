import { terminalStates } from '../../../tracking/run.ts';
import type { RunView } from '../run/run-view.ts';

/** How far a run is that consists of others. */
export interface RunProgress {
  readonly done: number;
  /** Unknown where a handler opens its own trials. */
  readonly total?: number;
  readonly failed: number;
  readonly noun: 'trial' | 'step';
}

/** Undefined for a run that does not consist of others. */
export function progressOf({ record, trials }: RunView): RunProgress | undefined {
  if (record.steps !== undefined) {
    const ended = record.steps.filter((step) => terminalStates.has(step.state));
    const failed = ended.filter(({ state }) => state === 'error' || state === 'lost').length;
    return { done: ended.length, total: record.steps.length, failed, noun: 'step' };
  }
  if (record.iterations === undefined) return undefined;
  const total = trials === undefined ? {} : { total: trials };
  return { done: record.iterations.length, ...total, failed: record.failedIterations ?? 0, noun: 'trial' };
}
