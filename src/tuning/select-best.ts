import type { IterationRecord } from '../tracking/run.ts';
import { invalidSelector } from './errors.ts';
import { type TrialScores, trialValue } from './trial-value.ts';

export interface Selector {
  readonly direction: 'max' | 'min';
  /** A result or metric of the trials. */
  readonly name: string;
}

/** Reads `max.accuracy`, `min.loss` or a bare `accuracy` (max). Throws `INVALID_SELECTOR`. */
export function parseSelector(text: string): Selector {
  const [, direction = 'max', name] = /^(?:(max|min)\.)?(.*)$/s.exec(text.trim()) ?? [];
  if (!name || /\s/.test(name) || /^(max|min)$/.test(name))
    throw invalidSelector(`selector "${text}" cannot be read`, {
      hint: 'write max.name, min.name or name, with the name of a result or metric, e.g. max.accuracy',
    });
  return { direction: direction as Selector['direction'], name };
}

/** The completed trial that the selector prefers; ties go to the lowest number, NaN is never best. Undefined where none has a number. */
export function selectBest<Trial extends TrialScores & Pick<IterationRecord, 'state' | 'iteration'>>(
  trials: readonly Trial[],
  selector: Selector,
): Trial | undefined {
  let best: { trial: Trial; value: number } | undefined;
  for (const trial of trials) {
    const value = trial.state === 'completed' ? trialValue(trial, selector.name) : undefined;
    if (value === undefined || Number.isNaN(value)) continue;
    if (best === undefined || isBetter(value, best.value, selector) || isEarlierTie(trial, value, best))
      best = { trial, value };
  }
  return best?.trial;
}

const isBetter = (value: number, than: number, { direction }: Selector): boolean =>
  direction === 'max' ? value > than : value < than;

const isEarlierTie = (
  trial: { readonly iteration: number },
  value: number,
  best: { readonly trial: { readonly iteration: number }; readonly value: number },
): boolean => value === best.value && trial.iteration < best.trial.iteration;
