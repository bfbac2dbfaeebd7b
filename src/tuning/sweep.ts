import type { Json } from '../core/json.ts';

/** A hyper-parameter sweep as plain data. */
export interface SweepSpec {
  /** Values to try by parameter. Absent for strategy `list` with `trials`. */
  readonly hyperparams?: Readonly<Record<string, readonly Json[]>>;
  /** Complete trials, for strategy `list` (a param file). */
  readonly trials?: readonly Readonly<Record<string, Json>>[];
  /** `grid`: every combination, the first parameter varying fastest. `list`: first values together, then second … `random`: drawn
   * with the seed, none twice while unused combinations remain. `custom`: the handler opens its own trials. @default 'grid' */
  readonly strategy?: 'grid' | 'list' | 'random' | 'custom';
  /** `max.accuracy`, `min.loss` or a bare name (max): a result or metric of the trials. Ties go to the first; NaN is never best. */
  readonly selector?: string;
  /** For `random` the number of trials (@default 10); for others a cap. */
  readonly maxIterations?: number;
  /** Failed trials above which the sweep stops and is an error. @default 0 */
  readonly maxErrors?: number;
  /** Safe expression over results and metrics: `accuracy >= 0.95 and loss < 0.1`; no trial starts once one satisfies it. */
  readonly stop?: string;
  /** Trials at once. @default 1 */
  readonly parallel?: number;
  readonly seed?: number;
}
