import { setTimeout as delay } from 'node:timers/promises';
import { findRunJobs } from '../../runtime/kubernetes/api/find-run-jobs.ts';
import { deleteJob } from '../../runtime/kubernetes/api/run-objects.ts';
import { type AwaitDeleted, awaitDeleted } from '../../runtime/kubernetes/orphans/await-deleted.ts';
import { recordAborted } from '../../runtime/record-aborted.ts';
import { isAlive } from '../../tracking/process-identity.ts';
import { hasEnded, type RunRecord } from '../../tracking/run.ts';
import type { Workspace } from '../workspace.ts';

/** Milliseconds that an agent which hears of the request itself gets to end its run before its Job is deleted. */
const ownEndMs = 15_000;
const lookMs = 250;
const mostChildren = 1000;

/**
 * Ends a run on its cluster, and those below a pipeline or sweep, where nobody is left who would: the submitter has gone. The run was
 * asked to stop already; one whose submitter lives is left to it.
 * @throws KUBECONFIG_INVALID, KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED
 */
export async function stopOnCluster(
  workspace: Workspace,
  run: RunRecord,
  reason: string,
  limits: Pick<AwaitDeleted, 'forgetAfterMs'> = {},
): Promise<void> {
  if (run.kind === 'pipeline') {
    const { stopLeftPipeline } = await import('../argo/stop-left-pipeline.ts');
    await stopLeftPipeline(workspace, run, reason);
  }
  const below = await runsBelow(workspace, run);
  const runs = (run.kind === 'pipeline' ? below : [run, ...below]).filter(mayBeThere);
  await Promise.all(runs.map((one) => stopOne(workspace, one, reason, limits)));
}

async function runsBelow(
  workspace: Pick<Workspace, 'store'>,
  { uid, kind }: RunRecord,
): Promise<readonly RunRecord[]> {
  if (kind !== 'pipeline' && kind !== 'sweep') return [];
  const { runs } = await workspace.store.searchRuns({ parent: uid, all: true, limit: mostChildren });
  const below = await Promise.all(runs.map((child) => runsBelow(workspace, child)));
  return [...runs, ...below.flat()];
}

/** What was not heard of any more may still be there. */
const mayBeThere = (run: RunRecord): boolean => run.cluster !== undefined && !hasEnded(run);

async function stopOne(
  workspace: Workspace,
  run: RunRecord,
  reason: string,
  limits: Pick<AwaitDeleted, 'forgetAfterMs'>,
): Promise<void> {
  const { cluster } = run;
  if (cluster === undefined) return;
  const client = await workspace.cluster(cluster);
  const jobs = await findRunJobs(client, cluster.namespace, run.uid);
  if (jobs.some(({ submitter }) => submitter !== undefined && isAlive(submitter) === true)) return;
  // none yet: its submitter is about to create one, or went before
  if (jobs.length === 0 && run.state !== 'lost') return;
  // with a tracking server the agent hears of the request, and says itself how its run ended
  const orphans = await workspace.orphans();
  const isHeard = workspace.server !== undefined || orphans?.runs.includes(run.uid);
  const endedItself = isHeard && jobs.length > 0 && (await endsItself(workspace, run.uid));
  if (endedItself && workspace.server !== undefined) return;
  workspace.onProgress?.(
    `cluster: ending ${jobs.map(({ name }) => `Job "${name}"`).join(', ')} in namespace "${cluster.namespace}", which nobody follows any more`,
  );
  for (const { name } of jobs) await deleteJob(client, cluster.namespace, name);
  // not before the pods have gone is the run over
  await awaitDeleted({
    client,
    namespace: cluster.namespace,
    uid: run.uid,
    jobs,
    ...limits,
    onProgress: (line) => workspace.onProgress?.(`cluster: ${line}`),
  });
  // the trials of a sweep were pods of its Job
  const trials = run.kind === 'sweep' ? (await runsBelow(workspace, run)).filter(mayBeThere) : [];
  for (const { uid, name } of [...trials, run])
    await recordAborted(workspace.store, uid, { what: `run "${name}"`, reason });
}

async function endsItself({ store }: Workspace, uid: string): Promise<boolean> {
  for (const end = performance.now() + ownEndMs; performance.now() < end; await delay(lookMs)) {
    if (hasEnded(await store.getRun(uid))) return true;
  }
  return false;
}
