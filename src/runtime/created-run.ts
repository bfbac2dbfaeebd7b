import type { CreatedRun } from './attempt.ts';
import type { Job } from './job.ts';
import type { Redactor } from './redactor.ts';

/** What the journal of a job's run begins with, secrets hidden. */
export function createdRun(job: Job, runtime: string, redactor: Redactor): CreatedRun {
  const { uid, name, project, runKind, params, inputs, labels, parent, iteration, step, attempt, seed } = job;
  const optional = { parent, iteration, step, seed, cluster: job.cluster };
  const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    uid,
    name,
    project,
    runKind,
    params: redactor.json(params),
    inputs,
    labels: redactor.json(labels),
    function: job.function,
    runtime,
    attempt,
    ...known,
  };
}
