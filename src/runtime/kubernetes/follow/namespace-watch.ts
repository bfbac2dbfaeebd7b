import type { ApiClient } from '../api/api-client.ts';
import type { ApiObject, EventObject, JobObject, NodeObject, PodObject } from '../api/objects.ts';
import { type WatchChange, watchObjects } from '../api/watch-objects.ts';
import { labelKeys } from '../manifest/object-name.ts';
import { type NodeWatch, watchNodes } from './node-watch.ts';

/** What the cluster has of one run. */
export interface RunObjects {
  readonly job?: JobObject;
  /** Oldest first. */
  readonly pods: readonly PodObject[];
  /** That the latest pod is on, where nodes may be looked at. */
  readonly node?: NodeObject;
  /** All nodes, where the latest pod waits for one and nodes may be looked at. */
  readonly nodes?: readonly NodeObject[];
  /** Warnings about the Job and its pods. */
  readonly events: readonly EventObject[];
}

/** A Job, a pod or an event that is new, another, or gone. */
export interface ObjectChange {
  readonly object: ApiObject;
  readonly isGone: boolean;
}

/** One watch for all the runs that are followed in a namespace. */
export interface NamespaceWatch {
  readonly namespace: string;
  /** Resolves once all that exists is known. */
  readonly synced: Promise<void>;
  /** Rejects when looking is not possible any more, e.g. not allowed; never resolves. */
  readonly failed: Promise<never>;
  /** @param attempt of the run; @default the latest */
  objects(uid: string, attempt?: number): RunObjects;
  /**
   * Calls back after every change of a run's objects, with the object where one of its own has changed. Gives the way to stop that.
   */
  subscribe(uid: string, onChange: (change?: ObjectChange) => void): () => void;
  close(): void;
}

/** Watches Jobs and pods of ours and the warnings of a namespace: three connections, however many runs, and one for each of their nodes. */
export function watchNamespace(client: ApiClient, namespace: string = client.namespace): NamespaceWatch {
  const watching = new WatchedNamespace(client, namespace);
  const { synced, failed } = watching.start();
  return {
    namespace,
    synced,
    failed,
    objects: (uid, attempt) => watching.objects(uid, attempt),
    subscribe: (uid, onChange) => watching.subscribe(uid, onChange),
    close: () => watching.close(),
  };
}

class WatchedNamespace {
  readonly #client: ApiClient;
  readonly #namespace: string;
  readonly #stop = new AbortController();
  readonly #jobs = new Map<string, JobObject>();
  readonly #pods = new Map<string, PodObject>();
  readonly #events = new Map<string, EventObject>();
  readonly #subscribers = new Map<string, Set<(change?: ObjectChange) => void>>();
  readonly #nodes: NodeWatch;

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    const { signal } = this.#stop;
    this.#nodes = watchNodes(client, { signal, onChange: (node) => this.#takeNode(node) });
  }

  start(): { synced: Promise<void>; failed: Promise<never> } {
    const own = { labelSelector: 'app.kubernetes.io/managed-by=slipway' };
    const core = `/api/v1/namespaces/${this.#namespace}`;
    const watches = [
      this.#watch(this.#jobs, { path: `/apis/batch/v1/namespaces/${this.#namespace}/jobs`, ...own }),
      this.#watch(this.#pods, { path: `${core}/pods`, ...own }),
      this.#watch(this.#events, { path: `${core}/events`, fieldSelector: 'type=Warning' }),
    ];
    const failed = Promise.race(watches.map((watch) => watch.failed));
    failed.catch(() => this.close());
    const synced = Promise.race([Promise.all(watches.map((watch) => watch.synced)), failed]).then(
      () => undefined,
    );
    synced.catch(() => undefined);
    return { synced, failed };
  }

  #watch<Kind extends ApiObject>(
    objects: Map<string, Kind>,
    list: { readonly path: string; readonly labelSelector?: string; readonly fieldSelector?: string },
  ): { synced: Promise<void>; failed: Promise<never> } {
    let onSynced: () => void = () => undefined;
    const synced = new Promise<void>((resolve) => {
      onSynced = resolve;
    });
    const follow = async (): Promise<void> => {
      for await (const change of watchObjects<Kind>(this.#client, { ...list, signal: this.#stop.signal })) {
        if (change.type === 'synced') onSynced();
        else this.#take(objects, change);
      }
    };
    const failed = new Promise<never>((_, reject) => {
      follow().catch(reject);
    });
    return { synced, failed };
  }

  #take<Kind extends ApiObject>(objects: Map<string, Kind>, change: WatchChange<Kind>): void {
    if (!('object' in change)) return;
    const { object } = change;
    const uid = object.metadata?.uid ?? '';
    if (change.type === 'deleted') objects.delete(uid);
    else objects.set(uid, object);
    const { nodeName } = (object as PodObject).spec ?? {};
    if (nodeName !== undefined) this.#nodes.look(nodeName);
    else if (change.type !== 'deleted' && waitsForNode(object)) this.#nodes.lookAtAll();
    this.#notify(this.#runOf(object), { object, isGone: change.type === 'deleted' });
  }

  #takeNode(node?: string): void {
    for (const pod of this.#pods.values()) if (pod.spec?.nodeName === node) this.#notify(this.#runOf(pod));
  }

  #notify(run: string | undefined, change?: ObjectChange): void {
    for (const notify of this.#subscribers.get(run ?? '') ?? []) notify(change);
  }

  /** The run that an object is of: by its label, or for an event by the object that it is about. */
  #runOf(object: ApiObject): string | undefined {
    const about = (object as EventObject).involvedObject?.uid;
    const labelled = about === undefined ? object : (this.#jobs.get(about) ?? this.#pods.get(about));
    return labelled?.metadata?.labels?.[labelKeys.run];
  }

  objects(uid: string, attempt?: number): RunObjects {
    const ofRun = ({ metadata }: ApiObject): boolean =>
      metadata?.labels?.[labelKeys.run] === uid &&
      (attempt === undefined || metadata.labels[labelKeys.attempt] === String(attempt));
    const job = [...this.#jobs.values()].filter(ofRun).sort(byAge).at(-1);
    const pods = [...this.#pods.values()].filter(ofRun).sort(byAge);
    const subjects = new Set([job, ...pods].map((object) => object?.metadata?.uid));
    const events = [...this.#events.values()].filter(({ involvedObject }) =>
      subjects.has(involvedObject?.uid),
    );
    const latest = pods.at(-1);
    const node = this.#nodes.node(latest?.spec?.nodeName);
    const nodes = latest && waitsForNode(latest) ? this.#nodes.all : undefined;
    return { ...(job ? { job } : {}), pods, events, ...(node ? { node } : {}), ...(nodes ? { nodes } : {}) };
  }

  subscribe(uid: string, onChange: (change?: ObjectChange) => void): () => void {
    const callbacks = this.#subscribers.get(uid) ?? new Set();
    this.#subscribers.set(uid, callbacks.add(onChange));
    return () => {
      callbacks.delete(onChange);
      if (callbacks.size === 0) this.#subscribers.delete(uid);
    };
  }

  close(): void {
    this.#stop.abort();
  }
}

/** Whether the scheduler has found no node for a pod. */
function waitsForNode({ status }: PodObject): boolean {
  return (
    status?.conditions?.some(({ type, status: met }) => type === 'PodScheduled' && met === 'False') ?? false
  );
}

function byAge(a: ApiObject, b: ApiObject): number {
  return (a.metadata?.creationTimestamp ?? '') < (b.metadata?.creationTimestamp ?? '') ? -1 : 1;
}
