import { errorRecord } from '../../../core/error.ts';
import type { ApiClient } from '../../../runtime/kubernetes/api/api-client.ts';
import { type NamespaceWatch, watchNamespace } from '../../../runtime/kubernetes/follow/namespace-watch.ts';
import { collectOrphan, sayEnd } from '../../../runtime/kubernetes/orphans/collect-orphan.ts';
import { findOrphanJobs, type OrphanJob } from '../../../runtime/kubernetes/orphans/find-orphan-jobs.ts';
import { storeLabel } from '../../../runtime/kubernetes/store-label.ts';
import { sameProcess } from '../../../tracking/process-identity.ts';
import { type ClusterPlace, hasEnded, type RunRecord } from '../../../tracking/run.ts';
import { forgetRoute, type KnownRoute, noteRoute } from '../../tracking/route-book.ts';
import type { StartServer } from '../../tracking/route-opener.ts';
import type { Workspace } from '../../workspace.ts';
import { hearRun } from './hear-run.ts';
import { type ReopenedRoute, reopenRoute } from './reopen-route.ts';
import { guardOf } from './run-guard.ts';
import { tellPods } from './tell-pods.ts';

/** Milliseconds that pods get to be heard: they ask again every five seconds at least. */
const hearMs = 10_000;
const mostRuns = 1000;

/** Where runs of a route are on its cluster. */
interface Ground {
  readonly client: ApiClient;
  readonly watch: NamespaceWatch;
  readonly jobs: readonly OrphanJob[];
}

/** What one killed command has left in its cluster: its route, opened again, and its Jobs, followed to their ends. */
export class RouteWard {
  readonly #workspace: Workspace;
  readonly #route: KnownRoute;
  readonly #startServer: StartServer | undefined;
  readonly #stop = new AbortController();
  readonly #collecting = new Map<string, Promise<void>>();
  readonly #watches: NamespaceWatch[] = [];
  #open: readonly RunRecord[] = [];
  #reopened: ReopenedRoute | undefined;
  /** Something goes on, or could not be looked at: the route is kept for who looks next. */
  #isUnfinished = true;

  constructor(workspace: Workspace, route: KnownRoute, startServer: StartServer | undefined) {
    this.#workspace = workspace;
    this.#route = route;
    this.#startServer = startServer;
  }

  get runs(): readonly string[] {
    return this.#open.map(({ uid }) => uid);
  }

  /** Gives false where another process looks after it. Throws what keeps this one from it. */
  async open(): Promise<boolean> {
    const { storeDirectory } = this.#workspace.project;
    const runs = await this.#openRuns();
    if (this.#startServer) {
      this.#reopened = await reopenRoute(storeDirectory, this.#route, this.#startServer);
      if (this.#reopened === undefined) return false;
    }
    const grounds = await Promise.all(placesOf(runs).map((place) => this.#look(place)));
    const uids = new Set(grounds.flatMap(({ jobs }) => jobs.map(({ uid }) => uid)));
    this.#open = runs.filter(({ uid, parent }) => uids.has(uid) || uids.has(parent ?? ''));
    for (const ground of grounds) await this.#follow(ground);
    for (const run of runs) if (!this.#open.includes(run)) await this.#sayGone(run, grounds);
    return true;
  }

  async heard({
    uid,
    withinMs = hearMs,
  }: {
    readonly uid?: string;
    readonly withinMs?: number;
  } = {}): Promise<void> {
    const { store } = this.#workspace;
    const asked = this.#open.filter((run) => uid === undefined || run.uid === uid);
    await Promise.all(
      asked.map((run) => {
        const ended = this.#collecting.get(run.uid) ?? this.#collecting.get(run.parent ?? '');
        return hearRun(store, run.uid, {
          withinMs,
          ...(ended ? { ended } : {}),
          signal: this.#stop.signal,
        });
      }),
    );
  }

  async collected(uid: string): Promise<void> {
    await this.#collecting.get(uid);
  }

  async close(): Promise<void> {
    const { storeDirectory } = this.#workspace.project;
    this.#stop.abort();
    await Promise.all(this.#collecting.values());
    for (const watch of this.#watches) watch.close();
    await this.#reopened?.close();
    if (this.#reopened === undefined && this.#startServer) return;
    const left = await Promise.all(this.#open.map(({ uid }) => this.#workspace.store.getRun(uid)));
    const route = this.#reopened?.route ?? this.#route;
    if (!this.#isUnfinished && left.every((run) => hasEnded(run))) forgetRoute(storeDirectory, route.id);
    else noteRoute(storeDirectory, { ...route, process: route.submitter });
  }

  /** Runs of pods that have not ended, as far as the store knows, on the cluster of the route. */
  async #openRuns(): Promise<readonly RunRecord[]> {
    const { runs } = await this.#workspace.store.searchRuns({
      filter: "runtime = 'kubernetes' and state in ('created', 'pending', 'running', 'lost')",
      all: true,
      limit: mostRuns,
    });
    return runs.filter(({ cluster }) => cluster?.server === this.#route.server);
  }

  async #look(place: ClusterPlace): Promise<Ground> {
    const { store, project } = this.#workspace;
    const client = await this.#workspace.cluster(place);
    const label = storeLabel(store, project.storeDirectory);
    const found = await findOrphanJobs(client, place.namespace, label);
    const jobs = found.filter(({ submitter }) => sameProcess(submitter, this.#route.submitter));
    const watch = watchNamespace(client, place.namespace);
    watch.failed.catch(() => undefined);
    this.#watches.push(watch);
    return { client, watch, jobs };
  }

  async #follow({ client, watch, jobs }: Ground): Promise<void> {
    await watch.synced;
    for (const job of jobs) {
      if (!job.isOver) this.#tellPods(job, { client, watch });
      this.#collecting.set(job.uid, this.#collect(job, { client, watch }));
      if (!job.isOver) this.#sayFound(job);
    }
    this.#isUnfinished = false;
  }

  #tellPods({ uid, name }: OrphanJob, { client, watch }: Pick<Ground, 'client' | 'watch'>): void {
    const { hasMoved, url } = this.#reopened?.route ?? this.#route;
    if (!hasMoved) return;
    const onFailure = (error: unknown): void =>
      this.#workspace.onProgress?.(
        `cluster: the pods of Job "${name}" cannot be told that they report to ${url} now: ${errorRecord(error).message}`,
      );
    tellPods({ client, watch, uid, url, signal: this.#stop.signal, onFailure });
  }

  async #collect(job: OrphanJob, { client, watch }: Pick<Ground, 'client' | 'watch'>): Promise<void> {
    const { store, project, onProgress } = this.#workspace;
    const { signal } = this.#stop;
    try {
      const { storeDirectory } = project;
      const ended = await collectOrphan(job, { client, watch, store, storeDirectory, signal });
      for (const uid of ended ?? []) {
        const { name, state } = await store.getRun(uid);
        if (this.runs.includes(uid)) onProgress?.(`cluster: run "${name}" (${uid}) was collected: ${state}`);
      }
    } catch (error) {
      this.#isUnfinished = true;
      if (!signal.aborted)
        onProgress?.(`cluster: Job "${job.name}" is not followed any more: ${errorRecord(error).message}`);
    }
  }

  #sayFound({ uid, name }: OrphanJob): void {
    const run = this.#open.find((one) => one.uid === uid);
    if (run === undefined) return;
    this.#workspace.onProgress?.(
      `cluster: run "${run.name}" goes on as Job "${name}", though the command that started it was killed; \`slipway logs -f ${uid}\` follows it to its end`,
    );
  }

  /** A run whose Job is not there any more will never say how it ended. */
  async #sayGone(run: RunRecord, grounds: readonly Ground[]): Promise<void> {
    const { store, project } = this.#workspace;
    const ground = grounds.find(({ watch }) => watch.namespace === run.cluster?.namespace);
    if (ground === undefined || run.state !== 'running') return;
    if (ground.watch.objects(run.uid).job !== undefined) return;
    if (!sameProcess(await guardOf(store, run.uid), this.#route.submitter)) return;
    await sayEnd(run, { phase: 'gone' }, { ...ground, store, storeDirectory: project.storeDirectory });
  }
}

function placesOf(runs: readonly RunRecord[]): readonly ClusterPlace[] {
  const places = runs.flatMap(({ cluster }) => (cluster ? [cluster] : []));
  const keyOf = ({ server, namespace, context }: ClusterPlace): string =>
    JSON.stringify([server, namespace, context]);
  return [
    ...new Map(
      places.map(({ server, namespace, context }) => {
        const place = { server, namespace, ...(context === undefined ? {} : { context }) };
        return [keyOf(place), place] as const;
      }),
    ).values(),
  ];
}
