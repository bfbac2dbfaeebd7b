import { type ErrorRecord, errorRecord } from '../core/error.ts';
import { nearestName } from '../core/nearest-name.ts';
import { promoteTrial } from '../runtime/promote-trial.ts';
import type { IterationRecord } from '../tracking/run.ts';
import type { RunStore, RunWriter } from '../tracking/store.ts';
import { sweepFailed, sweepWithoutBest } from './errors.ts';
import { saveTrials } from './save-trials.ts';
import { parseSelector, type Selector, selectBest } from './select-best.ts';
import type { SweepSpec } from './sweep.ts';
import { trialValue } from './trial-value.ts';

export interface FinishedTrials {
  readonly name: string;
  readonly project: string;
  readonly spec: SweepSpec;
  readonly trials: readonly IterationRecord[];
  /** The trial that the handler itself has marked, and promoted. */
  readonly markedBest?: number | undefined;
  /** Trials that there were to be, of a sweep that was ended because none has a number under the selector's name. */
  readonly planned?: number;
}

/**
 * Puts a sweep's outcome into its journal: the best trial with its results and artifacts, and the artifacts `trials` and
 * `parallel-coordinates`. Gives the error the sweep ends with, if it does.
 */
export async function finishSweep(
  store: RunStore,
  writer: RunWriter,
  finished: FinishedTrials,
): Promise<ErrorRecord | undefined> {
  const { spec, trials, markedBest } = finished;
  const selector = spec.selector === undefined ? undefined : parseSelector(spec.selector);
  const best = markedBest !== undefined || selector === undefined ? undefined : selectBest(trials, selector);
  if (best) {
    writer.append({ kind: 'best', iteration: best.iteration, uid: best.uid });
    promoteTrial(writer, await store.getRun(best.uid));
  }
  const bestIteration = markedBest ?? best?.iteration;
  if (trials.length > 0) await saveTrials(store, writer, { ...finished, selector, best: bestIteration });
  return sweepError(finished, selector, bestIteration);
}

/** Why a sweep whose trials ended like this is an error, if it is. */
function sweepError(
  { name, spec, trials, planned = 0 }: FinishedTrials,
  selector: Selector | undefined,
  best: number | undefined,
): ErrorRecord | undefined {
  const failed = trials.filter(({ state }) => state !== 'completed');
  const { maxErrors = 0 } = spec;
  if (failed.length > maxErrors || (trials.length > 0 && failed.length === trials.length))
    return failureError(name, trials, failed, maxErrors);
  const left = Math.max(0, planned - trials.length);
  if (selector === undefined || (best !== undefined && left === 0)) return undefined;
  return errorRecord(withoutBest(name, trials, selector, left));
}

function failureError(
  name: string,
  trials: readonly IterationRecord[],
  failed: readonly IterationRecord[],
  maxErrors: number,
): ErrorRecord {
  const [first] = failed;
  const why = first?.error ? `; trial ${first.iteration}: ${first.error.message}` : '';
  const { notebook, cell, file, line, column, sourceLine } = first?.error ?? {};
  const place = Object.entries({ notebook, cell, file, line, column, sourceLine });
  return {
    ...sweepFailed(`${failed.length} of ${trials.length} trials of sweep "${name}" failed${why}`, {
      hint:
        failed.length > maxErrors
          ? `fix what failed, or allow for more failures (max-errors is ${maxErrors})`
          : 'fix what failed: no trial completed',
      details: { failedIterations: failed.map(({ iteration }) => iteration) },
    }).toJSON(),
    ...Object.fromEntries(place.filter(([, value]) => value !== undefined)),
  };
}

function withoutBest(
  name: string,
  trials: readonly IterationRecord[],
  selector: Selector,
  left: number,
): Error {
  const numeric = new Set<string>();
  for (const trial of trials)
    for (const key of [...Object.keys(trial.results), ...Object.keys(trial.metrics)])
      if (!Number.isNaN(trialValue(trial, key) ?? Number.NaN)) numeric.add(key);
  const near = nearestName(selector.name, [...numeric]);
  const known = [...numeric].map((key) => `"${key}"`).join(', ');
  const cut = left === 0 ? '' : `, so the other ${left} of its trials were not started`;
  return sweepWithoutBest(
    `sweep "${name}" has no best trial: none has a number as "${selector.name}"${cut}`,
    {
      hint:
        known === ''
          ? 'return a number from the handler, or log it as a metric'
          : `${near === undefined ? '' : `did you mean "${near}"? `}select by one of: ${known}`,
      details: { selector: selector.name, known: [...numeric], notStarted: left },
    },
  );
}
