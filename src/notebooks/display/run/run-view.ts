import type { RunRecord } from '../../../tracking/run.ts';
import type { LogView } from './log-tail.ts';
import type { SeriesView } from './metric-series.ts';

/** Everything that a run's card shows at one moment: plain data. */
export interface RunView {
  readonly record: RunRecord;
  /** By series name, as in `record.metrics`. */
  readonly series: ReadonlyMap<string, SeriesView>;
  readonly log: LogView;
  /** Where the whole output is. */
  readonly logFile?: string;
  /** Trials of a sweep that were planned, where that is known. */
  readonly trials?: number;
  /** `max.accuracy`: what the best trial of a sweep was chosen by. */
  readonly selector?: string;
  /** By id of the step. */
  readonly steps: ReadonlyMap<string, StepView>;
  /** By key of the artifact. */
  readonly previews: ReadonlyMap<string, ArtifactPreview>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What is known of a pipeline's step beside its record. */
export interface StepView {
  readonly dependencies: readonly string[];
  readonly log: LogView;
  /** Trials of a sweep that have ended. */
  readonly trials: number;
}

/** What is shown of an artifact's content. */
export type ArtifactPreview =
  | { readonly type: 'image'; readonly dataUrl: string }
  /** Something that the card cannot show by itself: where it is, and how to see it. */
  | { readonly type: 'file'; readonly path: string };
