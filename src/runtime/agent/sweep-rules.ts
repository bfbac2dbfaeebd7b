import type { IterationRecord } from '../../tracking/run.ts';
import type { TrialGroups } from './trial-groups.ts';

/** What the pods of a sweep go by. */
export interface SweepRules {
  readonly groups: TrialGroups;
  /** Failed trials that the sweep stands. */
  readonly maxFailed: number;
  /** Expression over results and metrics of a trial: no further one begins once it holds. */
  readonly stop?: string;
}

/** Reads a stop expression: gives whether a trial that has completed is good enough. */
export type ReadStop = (expression: string) => (trial: IterationRecord) => boolean;
