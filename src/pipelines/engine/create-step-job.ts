import { createJob } from '../../runtime/create-job.ts';
import type { Job } from '../../runtime/job.ts';
import type { StepRun } from '../run-plan.ts';

/** The job of a step whose params and inputs are known, the same in every engine. */
export function createStepJob(
  run: StepRun,
  place: Pick<Job, 'project' | 'storeDirectory' | 'workingDirectory'>,
): Job {
  const { step, function: called } = run;
  const { options } = step;
  return createJob({
    ...place,
    name: run.id,
    runKind: step.sweep ? 'sweep' : 'step',
    function: {
      name: called.name,
      handler: called.handler,
      digest: called.digest,
      ...(called.source === undefined ? {} : { source: called.source }),
    },
    handler: called.handlerSpec,
    ...(called.bundleDirectory === undefined ? {} : { bundleDirectory: called.bundleDirectory }),
    params: run.params,
    inputs: run.inputs,
    ...(called.returns === undefined ? {} : { returns: called.returns }),
    ...(options.image === undefined ? {} : { image: options.image }),
    labels: { ...options.labels, ...run.labels },
    env: options.env ?? {},
    secretNames: options.secrets ?? [],
    resources: options.resources ?? {},
    retry: options.retry ?? { retries: 0 },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    parent: run.pipelineRun,
    step: run.id,
  });
}
