import type { ApiClient } from '../api/api-client.ts';
import type { ApiObject, EventObject, JobObject, PodObject } from '../api/objects.ts';
import { type WatchChange, watchObjects } from '../api/watch-objects.ts';
import { labelKeys } from '../manifest/object-name.ts';

/** What the cluster has of one run. */
export interface RunObjects {
  readonly job?: JobObject;
  /** Oldest first. */
  readonly pods: readonly PodObject[];
  /** Warnings about the Job and its pods. */
  readonly events: readonly EventObject[];
}

/** One watch for all the runs that are followed in a namespace. */
export interface NamespaceWatch {
  readonly namespace: string;
  /** Resolves once all that exists is known. */
  readonly synced: Promise<void>;
  /** Rejects when looking is not possible any more, e.g. not allowed; never resolves. */
  readonly failed: Promise<never>;
  objects(uid: string): RunObjects;
  /** Calls back after every change of a run's objects, and when the connection is lost. Gives the way to stop that. */
  subscribe(uid: string, onChange: () => void): () => void;
  close(): void;
}

/** Watches Jobs and pods of ours and the warnings of a namespace: three connections, however many runs there are. */
export function watchNamespace(client: ApiClient, namespace: string = client.namespace): NamespaceWatch {
  const watching = new WatchedNamespace(client, namespace);
  const { synced, failed } = watching.start();
  return {
    namespace,
    synced,
    failed,
    objects: (uid) => watching.objects(uid),
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
  readonly #subscribers = new Map<string, Set<() => void>>();

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
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
    const run = this.#runOf(object);
    for (const notify of this.#subscribers.get(run ?? '') ?? []) notify();
  }

  /** The run that an object is of: by its label, or for an event by the object that it is about. */
  #runOf(object: ApiObject): string | undefined {
    const about = (object as EventObject).involvedObject?.uid;
    const labelled = about === undefined ? object : (this.#jobs.get(about) ?? this.#pods.get(about));
    return labelled?.metadata?.labels?.[labelKeys.run];
  }

  objects(uid: string): RunObjects {
    const ofRun = <Kind extends ApiObject>(object: Kind): boolean =>
      object.metadata?.labels?.[labelKeys.run] === uid;
    const job = [...this.#jobs.values()].filter(ofRun).sort(byAge).at(-1);
    const pods = [...this.#pods.values()].filter(ofRun).sort(byAge);
    const subjects = new Set([job, ...pods].map((object) => object?.metadata?.uid));
    const events = [...this.#events.values()].filter(({ involvedObject }) =>
      subjects.has(involvedObject?.uid),
    );
    return { ...(job ? { job } : {}), pods, events };
  }

  subscribe(uid: string, onChange: () => void): () => void {
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

function byAge(a: ApiObject, b: ApiObject): number {
  return (a.metadata?.creationTimestamp ?? '') < (b.metadata?.creationTimestamp ?? '') ? -1 : 1;
}
