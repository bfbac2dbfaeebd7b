import type { PackagedFunction } from '../functions/function-spec.ts';
import { prepareJob } from './prepare-job.ts';
import { submitJob } from './submit-job.ts';
import type { RunRequest, StartedRun, Workspace } from './workspace.ts';

/**
 * Starts a packaged function as a run, or as a sweep where the request has one. Everything that can be wrong with the
 * request is thrown before anything starts; what goes wrong later is in the record.
 */
export async function startFunction(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: RunRequest,
): Promise<StartedRun> {
  const { job, secrets } = await prepareJob(workspace, packaged, request);
  const running = await submitJob(workspace, job, {
    runtime: request.runtime ?? workspace.project.spec.runtime ?? 'process',
    secrets,
    packaged,
    ...(request.isolation === undefined ? {} : { isolation: request.isolation }),
    ...(request.sweep === undefined ? {} : { sweep: request.sweep }),
    ...(request.live === undefined ? {} : { live: request.live }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return {
    uid: running.uid,
    name: job.name,
    events: () => running.events(),
    logs: () => running.logs(),
    wait: async () => (await running.wait()).record,
    abort: (reason) => running.abort(reason),
  };
}
