import { resumeImpossible } from '../pipelines/errors.ts';
import type { Plan } from '../pipelines/plan/plan.ts';
import type { ReportData } from '../pipelines/report/report-data.ts';
import { readArchivedPlan } from '../pipelines/resume/plan-archive.ts';
import { runNotFound } from '../tracking/errors.ts';
import type { RunRecord } from '../tracking/run.ts';
import type { MetricPoint } from '../tracking/store.ts';
import { notAPipeline } from './errors.ts';
import type { Workspace } from './workspace.ts';

/** Everything that the report of a pipeline run shows. Throws `RUN_NOT_FOUND`, and `NOT_A_PIPELINE` for another kind of run. */
export async function readReportData({ store, project }: Workspace, reference: string): Promise<ReportData> {
  const record = await store.getRun(reference);
  if (record.kind !== 'pipeline')
    throw notAPipeline(`run "${record.uid}" is no run of a pipeline`, {
      hint: `to see it: slipway describe ${record.uid}`,
    });
  const runs = new Map<string, RunRecord>();
  const series = new Map<string, readonly MetricPoint[]>();
  for (const uid of new Set((record.steps ?? []).flatMap((step) => step.runUid ?? []))) {
    try {
      const run = await store.getRun(uid);
      runs.set(uid, run);
      if (Object.keys(run.metrics).length > 0) series.set(uid, await store.metricHistory(uid));
    } catch (error) {
      // the run that a cached step was taken from may have been removed
      if (!runNotFound.is(error)) throw error;
    }
  }
  const plan = planOf(project.storeDirectory, record);
  return { record, runs, series, ...(plan === undefined ? {} : { plan }) };
}

function planOf(storeDirectory: string, record: RunRecord): Plan | undefined {
  try {
    return readArchivedPlan(storeDirectory, record).plan;
  } catch (error) {
    if (resumeImpossible.is(error)) return undefined;
    throw error;
  }
}
