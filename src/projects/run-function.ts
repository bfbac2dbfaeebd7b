import type { PackagedFunction } from '../functions/function-spec.ts';
import { startNotified } from './notifications/start-notified.ts';
import { prepareJob, runtimeOf } from './prepare-job.ts';
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
  const { isolation, sweep, live, signal } = request;
  return startNotified(workspace, job.uid, request, async () => {
    const running = await submitJob(workspace, job, {
      runtime: runtimeOf(workspace, request),
      asked: request,
      secrets,
      packaged,
      ...(isolation === undefined ? {} : { isolation }),
      ...(sweep === undefined ? {} : { sweep }),
      ...(live === undefined ? {} : { live }),
      ...(signal === undefined ? {} : { signal }),
    });
    return {
      uid: running.uid,
      name: job.name,
      events: () => running.events(),
      logs: () => running.logs(),
      wait: async () => (await running.wait()).record,
      abort: (reason: string) => running.abort(reason),
    };
  });
}
