import { createUid } from '../../core/id.ts';
import type { PackagedFunction } from '../../functions/function-spec.ts';
import { fillImageName } from '../../functions/image/image-name.ts';
import type { Trial } from '../../runtime/batch.ts';
import type { Job } from '../../runtime/job.ts';
import { kubeconfigInvalid } from '../../runtime/kubernetes/errors.ts';
import type { AttemptPlan, RenderedAttempt } from '../../runtime/kubernetes/manifest/render-attempt.ts';
import { currentProcess } from '../../tracking/process-identity.ts';
import { planTrials } from '../../tuning/plan-trials.ts';
import { buildFunctionImage, imageSettings } from '../build-function-image.ts';
import { prepareJob } from '../prepare-job.ts';
import { checkRuntimeOptions } from '../runtime-options.ts';
import type { RunRequest, Workspace } from '../workspace.ts';
import { pinnedReference, requirePushName } from './pushed-image.ts';

/** What stands in place of every value that is to be seen by nobody. */
const masked = '***';

/** Stands for an address that is known only once a server listens there. */
const temporaryUrl = 'http://tracking.invalid';

/**
 * What a run would create on its cluster, with the values of secrets masked; of a sweep, the one Job of
 * all its trials. Nothing is created and nothing pushed; the image is built, since its digest is in the Job.
 */
export async function renderClusterRun(
  workspace: Workspace,
  packaged: PackagedFunction,
  request: RunRequest,
): Promise<RenderedAttempt> {
  const { job: prepared, secrets } = await prepareJob(workspace, packaged, request);
  const { isolation, sweep } = request;
  checkRuntimeOptions(prepared, {
    runtime: 'kubernetes',
    asked: request,
    ...(isolation === undefined ? {} : { isolation }),
    ...(sweep === undefined ? {} : { sweep }),
  });
  const trials = trialsOf(prepared, request);
  const job: Job = trials ? { ...prepared, runKind: 'sweep' } : prepared;
  const [image, namespace, { renderAttempt }, batch] = await Promise.all([
    imageReference(workspace, packaged, job, request.imageName),
    namespaceOf(workspace, job),
    import('../../runtime/kubernetes/manifest/render-attempt.ts'),
    trials && renderBatch(job, trials, request),
  ]);
  const { server } = workspace;
  return renderAttempt({
    job,
    image,
    options: { ...job.kubernetes, ...(namespace === undefined ? {} : { namespace }) },
    secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, masked])),
    tracking: { url: server?.podUrl ?? server?.url ?? temporaryUrl, token: masked },
    submission: { submitter: currentProcess() },
    ...(batch ? { batch } : {}),
  });
}

async function renderBatch(
  job: Job,
  trials: readonly Trial[],
  { sweep = {}, isolation }: RunRequest,
): Promise<NonNullable<AttemptPlan['batch']>> {
  const [{ packTrials }, { planGroups }, { indexedPods }, { areTrialsIsolated }] = await Promise.all([
    import('../../runtime/agent/trial-table.ts'),
    import('../../runtime/agent/trial-groups.ts'),
    import('../../runtime/kubernetes/manifest/indexed-pods.ts'),
    import('../../runtime/kubernetes/batch/are-trials-isolated.ts'),
  ]);
  const { parallel: parallelism = 1, maxErrors: maxFailed = 0, stop } = sweep;
  const isolated = areTrialsIsolated(job, job.kubernetes ?? {}, isolation);
  const groups = planGroups({ trials: trials.length, parallelism, isolated });
  const rules = { groups, maxFailed, ...(stop === undefined ? {} : { stop }) };
  return { trials: packTrials(trials), rules, indexed: indexedPods(job, rules) };
}

/** A search whose handler opens its own trials is one run. */
function trialsOf({ params }: Job, { sweep }: RunRequest): readonly Trial[] | undefined {
  if (sweep === undefined || sweep.strategy === 'custom') return undefined;
  return planTrials(sweep).map((trial, index) => ({
    uid: createUid(),
    iteration: index + 1,
    params: { ...params, ...trial },
  }));
}

async function imageReference(
  workspace: Workspace,
  packaged: PackagedFunction,
  job: Job,
  asked: string | undefined,
): Promise<string> {
  const { image } = workspace.project.spec;
  const ready = job.image ?? (typeof image === 'string' ? image : undefined);
  if (ready !== undefined) return pinnedReference(workspace, ready);
  const { name } = packaged.spec.metadata;
  requirePushName(workspace, name, asked);
  const { image: built } = await buildFunctionImage(workspace, packaged);
  const place = fillImageName(asked ?? imageSettings(workspace).name ?? '', name);
  return `${place.replace(/:[^:/]+$/, '')}@${built.manifest.digest}`;
}

/** The namespace of the context; where there is no kubeconfig, that of whoever applies the manifests. */
async function namespaceOf(workspace: Workspace, { kubernetes = {} }: Job): Promise<string | undefined> {
  if (kubernetes.namespace !== undefined) return kubernetes.namespace;
  try {
    return (await workspace.cluster(kubernetes)).namespace;
  } catch (error) {
    const { context, kubeconfig } = kubernetes;
    if (kubeconfigInvalid.is(error) && context === undefined && kubeconfig === undefined) return undefined;
    throw error;
  }
}
