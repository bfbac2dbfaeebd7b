import { setTimeout as delay } from 'node:timers/promises';
import { kubernetesGone } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { isPassing } from './api-error.ts';
import { createBackoff } from './backoff.ts';
import type { ApiObject, ObjectMeta } from './objects.ts';
import { openWatch, type WatchTimes } from './open-watch.ts';
import { Refusals } from './refusals.ts';

/** What a watch tells. `synced`: all that exists has been told. `interrupted`: the connection is gone, and will be made again. */
export type WatchChange<Kind> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: Kind }
  | { readonly type: 'synced' }
  | { readonly type: 'interrupted'; readonly error: unknown };

export interface WatchRequest extends Partial<WatchTimes> {
  /** Of the list, e.g. `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Milliseconds after which everything is listed again, whatever the watch said. @default 300000 */
  readonly resyncMs?: number;
}

/**
 * Every change of the objects of a list, for as long as it is asked for: it goes on after lost connections, restarts of the API
 * server and expired resource versions, tells each change once, and never ends by itself.
 * @throws KUBERNETES_REFUSED, of what was allowed before after half a minute, and other errors that trying again would not change.
 */
export async function* watchObjects<Kind extends ApiObject>(
  client: ApiClient,
  request: WatchRequest,
): AsyncGenerator<WatchChange<Kind>, void> {
  const view = new WatchedView<Kind>();
  const backoff = createBackoff();
  const refusals = new Refusals();
  let version: string | undefined;
  while (!request.signal.aborted) {
    try {
      if (version === undefined) {
        const list = await readList<Kind>(client, request);
        yield* view.replace(list.items);
        yield { type: 'synced' };
        version = list.version;
        refusals.over();
      }
      for await (const event of openWatch<Kind>(client, { ...request, version })) {
        backoff.reset();
        refusals.over();
        version = event.object.metadata?.resourceVersion ?? version;
        if (event.type !== 'BOOKMARK') yield* view.apply(event.type, event.object);
      }
      if (view.age() > (request.resyncMs ?? 300_000)) version = undefined;
    } catch (error) {
      if (request.signal.aborted) return;
      if (kubernetesGone.is(error)) version = undefined;
      else if (!isPassing(error) && !refusals.mayPass(error)) throw error;
      yield { type: 'interrupted', error };
    }
    await delay(backoff.next(), undefined, { signal: request.signal }).catch(() => undefined);
  }
}

async function readList<Kind extends ApiObject>(
  client: ApiClient,
  { path, labelSelector, fieldSelector, signal }: WatchRequest,
): Promise<{ items: readonly Kind[]; version: string }> {
  type List = {
    readonly metadata: ObjectMeta & { readonly continue?: string };
    readonly items: readonly Kind[];
  };
  const items: Kind[] = [];
  for (let page: string | undefined; ; ) {
    const query = { labelSelector, fieldSelector, limit: 500, continue: page };
    const list = await client.request<List>('GET', path, { query, signal });
    items.push(...list.items);
    page = list.metadata.continue || undefined;
    if (page === undefined) return { items, version: list.metadata.resourceVersion ?? '' };
  }
}

/** What has been told, so that nothing is told twice and what went unseen is told. */
class WatchedView<Kind extends ApiObject> {
  readonly #known = new Map<string, Kind>();
  #listedAt = performance.now();

  /** Milliseconds since everything was listed. */
  age(): number {
    return performance.now() - this.#listedAt;
  }

  *replace(items: readonly Kind[]): Generator<WatchChange<Kind>> {
    this.#listedAt = performance.now();
    const present = new Set(items.map((item) => keyOf(item)));
    for (const [key, object] of this.#known)
      if (!present.has(key)) {
        this.#known.delete(key);
        yield { type: 'deleted', object };
      }
    for (const item of items) yield* this.apply('MODIFIED', item);
  }

  *apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Kind): Generator<WatchChange<Kind>> {
    const key = keyOf(object);
    const known = this.#known.get(key);
    if (type === 'DELETED') {
      this.#known.delete(key);
      if (known) yield { type: 'deleted', object };
      return;
    }
    if (known?.metadata?.resourceVersion === object.metadata?.resourceVersion && known) return;
    this.#known.set(key, object);
    yield { type: known ? 'modified' : 'added', object };
  }
}

/** By uid: an object that was deleted and made again is another one. */
function keyOf({ metadata }: ApiObject): string {
  return metadata?.uid ?? `${metadata?.namespace}/${metadata?.name}`;
}
