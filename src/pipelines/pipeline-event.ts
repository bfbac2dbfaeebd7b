import type { ErrorRecord } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { LogChunk } from '../runtime/runtime.ts';
import type { ArtifactRecord, RunRecord, RunState } from '../tracking/run.ts';
import type { Plan } from './plan/plan.ts';

/** What happens while a plan runs, as it happens; for showing progress. Times are milliseconds since 1970. */
export type PipelineEvent =
  | { readonly type: 'started'; readonly time: number; readonly uid: string; readonly plan: Plan }
  | StepChange
  /** A step's attempt failed and another follows. */
  | {
      readonly type: 'attempt';
      readonly time: number;
      readonly step: string;
      readonly attempt: number;
      readonly error: ErrorRecord;
    }
  /** A trial of a step's sweep ended. */
  | {
      readonly type: 'trial';
      readonly time: number;
      readonly step: string;
      readonly iteration: number;
      readonly state: RunState;
    }
  | { readonly type: 'log'; readonly time: number; readonly step: string; readonly chunk: LogChunk }
  | { readonly type: 'ended'; readonly time: number; readonly record: RunRecord };

/** A step began, ended or was skipped. */
export interface StepChange {
  readonly type: 'step';
  readonly time: number;
  readonly step: string;
  readonly function: string;
  readonly state: RunState;
  /** Whether its outputs are those of an earlier run. */
  readonly cached?: boolean;
  /** Of a step of one item: the item's place in its map, those in outer maps first; from 0. */
  readonly item?: readonly number[];
  /** Of a step inside a map that stands for all its items: how many there are. */
  readonly items?: number;
  readonly reason?: string;
  readonly runUid?: string;
  readonly results?: Readonly<Record<string, Json>>;
  readonly error?: ErrorRecord;
  /** What an earlier run produced that now stands for this one. */
  readonly artifacts?: readonly ArtifactRecord[];
  /** The step's own record, once it has ended. */
  readonly record?: RunRecord;
}
