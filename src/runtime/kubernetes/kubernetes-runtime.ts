import { openLocalStore } from '../../tracking/local/local-store.ts';
import type { RunStore } from '../../tracking/store.ts';
import type { Launcher, RunningAttempt } from '../attempt.ts';
import { runtimeClosed } from '../errors.ts';
import type { Job } from '../job.ts';
import type { Runtime } from '../runtime.ts';
import { submitRun } from '../submit-run.ts';
import { PodAttempt } from './attempt/pod-attempt.ts';
import { areTrialsIsolated } from './batch/are-trials-isolated.ts';
import { IndexedBatch } from './batch/indexed-batch.ts';
import { podImageUnavailable } from './errors.ts';
import type { KubernetesRuntimeOptions } from './kubernetes-runtime-options.ts';
import { createKubernetesSession, type KubernetesSession } from './kubernetes-session.ts';
import type { KubernetesOptions } from './manifest/kubernetes-options.ts';
import { renderJob } from './manifest/render-job.ts';
import { endOrphans } from './orphans/end-orphans.ts';
import { storeLabel } from './store-label.ts';

const capabilities = {
  isolated: true,
  canLimitMemory: true,
  canLimitCpus: true,
  needsImage: true,
  remote: true,
} as const;

/** Milliseconds that a runtime which is closed gives what others have left and it has begun to delete; the next one takes up the rest. */
const closingMs = 5000;

/**
 * Runs user code as Jobs on a Kubernetes cluster, one for each attempt. What runs log comes from their pods to the store through a
 * tracking route; the cluster is watched for everything that keeps them from going on.
 */
export function createKubernetesRuntime(options: KubernetesRuntimeOptions): Runtime {
  const running = new Set<RunningAttempt>();
  const batches = new Set<IndexedBatch>();
  let opened: Promise<KubernetesSession> | undefined;
  const tidied = new Map<string, Promise<unknown>>();
  const tidying = new AbortController();
  let closed = false;
  const open = (): Promise<KubernetesSession> => {
    opened ??= options.connect().then((client) => createKubernetesSession(client, options.openRoute));
    return opened;
  };
  /** Once for a namespace, beside the run; a store's own orphans can only be told by who uses it next. */
  const tidyOnce = (session: KubernetesSession, place: Omit<TidiedPlace, 'signal'>): void => {
    const { namespace } = place;
    const { signal } = tidying;
    if (!tidied.has(namespace)) tidied.set(namespace, tidy(session, { ...place, signal }, options));
  };
  return {
    name: 'kubernetes',
    capabilities,
    async prepare(job) {
      const prepared = withDigest(job);
      const session = await open();
      // refused here rather than in the middle of a sweep
      renderJob({ job: prepared, options: optionsOf(job, options, session), image: imageOf(job) });
      await session.route(job);
      return prepared;
    },
    async submit(job, submitOptions) {
      if (closed)
        throw runtimeClosed('the kubernetes runtime is closed', { hint: 'open the workspace again' });
      const session = await open();
      const prepared = withDigest(job);
      const store =
        submitOptions?.store ?? openLocalStore({ directory: job.storeDirectory, project: job.project });
      const { namespace } = optionsOf(job, options, session);
      tidyOnce(session, { job, store, namespace });
      return submitRun(createLauncher(session, options, running), prepared, { ...submitOptions, store });
    },
    async openBatch(request) {
      if (closed)
        throw runtimeClosed('the kubernetes runtime is closed', { hint: 'open the workspace again' });
      const session = await open();
      const base = withDigest(request.base);
      const kubernetes = optionsOf(base, options, session);
      const { store } = request;
      tidyOnce(session, { job: base, store, namespace: kubernetes.namespace });
      const batch = new IndexedBatch({
        session,
        request: { ...request, base },
        options: kubernetes,
        image: imageOf(base),
        store: storeLabel(store, base.storeDirectory),
        isolated: areTrialsIsolated(base, kubernetes, options.isolation),
        ...(options.onProgress ? { onProgress: options.onProgress } : {}),
      });
      batches.add(batch);
      void batch.ended.then(() => batches.delete(batch));
      return batch.open();
    },
    async close() {
      closed = true;
      const attempts = [...running];
      for (const attempt of attempts) attempt.stop({ cause: 'abort', reason: 'its runtime was closed' });
      for (const batch of batches) batch.stop('its runtime was closed');
      await Promise.all(attempts.map((attempt) => attempt.report));
      await Promise.all([...batches].map((batch) => batch.ended));
      const late = setTimeout(() => tidying.abort(), closingMs);
      await Promise.all(tidied.values());
      clearTimeout(late);
      await opened?.then((session) => session.close()).catch(() => undefined);
    },
  };
}

function createLauncher(
  session: KubernetesSession,
  options: KubernetesRuntimeOptions,
  running: Set<RunningAttempt>,
): Launcher {
  const { onProgress } = options;
  return {
    name: 'kubernetes',
    capabilities,
    launch(attemptOptions) {
      const { job, store } = attemptOptions;
      const attempt = new PodAttempt({
        session,
        attempt: attemptOptions,
        options: optionsOf(job, options, session),
        image: imageOf(job),
        store: storeLabel(store, job.storeDirectory),
        ...(onProgress ? { onProgress } : {}),
      });
      running.add(attempt);
      void attempt.report.then(() => running.delete(attempt));
      return attempt;
    },
    close: async () => undefined,
  };
}

interface TidiedPlace {
  readonly job: Pick<Job, 'storeDirectory'>;
  readonly store: RunStore;
  readonly namespace: string;
  /** Ends the tidying. */
  readonly signal: AbortSignal;
}

async function tidy(
  { client }: KubernetesSession,
  { job: { storeDirectory }, store, namespace, signal }: TidiedPlace,
  { onProgress }: KubernetesRuntimeOptions,
): Promise<void> {
  const label = storeLabel(store, storeDirectory);
  const search = { client, namespace, label, store, storeDirectory, signal };
  const ended = await endOrphans({ ...search, ...(onProgress ? { onProgress } : {}) }).catch(() => []);
  if (ended.length > 0)
    onProgress?.(
      `removed ${ended.length === 1 ? 'the Job of a run' : `the Jobs of ${ended.length} runs`} that nobody wants any more, and whose submitter is gone, from namespace "${namespace}"`,
    );
}

function optionsOf(
  job: Job,
  { options = {} }: KubernetesRuntimeOptions,
  { client }: KubernetesSession,
): KubernetesOptions & { readonly namespace: string } {
  const own = job.kubernetes ?? options;
  return { ...own, namespace: own.namespace ?? client.namespace };
}

/** @throws POD_IMAGE_UNAVAILABLE */
function imageOf({ name, image }: Job): string {
  if (image !== undefined) return image;
  throw podImageUnavailable(`run "${name}" names no image to run in`, {
    hint: 'name one by its digest (`image`), or run it through the project, which builds and pushes it',
  });
}

/** Which image it was is recorded. */
function withDigest(job: Job): Job {
  const digest = job.function.image ?? imageOf(job).split('@')[1];
  return digest === undefined ? job : { ...job, function: { ...job.function, image: digest } };
}
