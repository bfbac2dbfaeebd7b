import { type Json, type JsonObject, jsonNumber } from '../core/json.ts';
import type { IterationRecord } from '../tracking/run.ts';

/** What selectors and stop expressions look at. */
export type TrialScores = Pick<IterationRecord, 'results' | 'metrics'>;

/**
 * The number a trial has under a name: a result before a metric; `true` counts 1, `false` 0; a dotted name also reaches
 * into a result that is an object (`scores.f1`). Undefined where there is no number.
 */
export function trialValue(trial: TrialScores, name: string): number | undefined {
  return (
    asNumber(trial.results[name]) ?? asNumber(nested(trial.results, name)) ?? asNumber(trial.metrics[name])
  );
}

function asNumber(value: Json | undefined): number | undefined {
  return typeof value === 'boolean' ? Number(value) : jsonNumber(value);
}

function nested(results: JsonObject, name: string): Json | undefined {
  let value: Json | undefined = results;
  for (const part of name.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as JsonObject)[part];
  }
  return value;
}
