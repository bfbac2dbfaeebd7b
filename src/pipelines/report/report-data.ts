import type { RunRecord } from '../../tracking/run.ts';
import type { MetricPoint } from '../../tracking/store.ts';
import type { Plan } from '../plan/plan.ts';

/** What the report of a pipeline run is made from. */
export interface ReportData {
  /** The pipeline's run. */
  readonly record: RunRecord;
  /** The plan that was run; without it the steps are listed, but their graph cannot be drawn. */
  readonly plan?: Plan;
  /** Runs of the steps by uid; those that were removed since are missing. */
  readonly runs: ReadonlyMap<string, RunRecord>;
  /** Points of the metrics of step runs, by uid. */
  readonly series: ReadonlyMap<string, readonly MetricPoint[]>;
}
