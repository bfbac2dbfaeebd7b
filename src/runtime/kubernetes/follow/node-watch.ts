import type { ApiClient } from '../api/api-client.ts';
import type { NodeObject } from '../api/objects.ts';
import { watchObjects } from '../api/watch-objects.ts';

/** What is known of the nodes that pods of ours are on. Where nodes may not be looked at, nothing is. */
export interface NodeWatch {
  /** Begins to look at a node. */
  look(name: string): void;
  node(name: string | undefined): NodeObject | undefined;
  /** Asks, now and then, for all nodes, of which a pod waits for one. */
  lookAtAll(): void;
  /** All nodes as they were when they were asked for last. */
  readonly all: readonly NodeObject[] | undefined;
}

/** Milliseconds after which the list of all nodes is asked for again, if somebody looks. */
const listedMs = 30_000;

/** Watches nodes by name, each from when it is first asked for. @param onChange hears the name of a node that has changed, or none for all */
export function watchNodes(
  client: ApiClient,
  { signal, onChange }: { readonly signal: AbortSignal; readonly onChange: (name?: string) => void },
): NodeWatch {
  const nodes = new Map<string, NodeObject | undefined>();
  const follow = async (name: string): Promise<void> => {
    const request = { path: '/api/v1/nodes', fieldSelector: `metadata.name=${name}`, signal };
    for await (const change of watchObjects<NodeObject>(client, request)) {
      if (!('object' in change)) continue;
      nodes.set(name, change.type === 'deleted' ? undefined : change.object);
      onChange(name);
    }
  };
  let all: readonly NodeObject[] | undefined;
  let listedAt = Number.NEGATIVE_INFINITY;
  const list = async (): Promise<void> => {
    const { items } = await client.request<{ items: readonly NodeObject[] }>('GET', '/api/v1/nodes', {
      signal,
    });
    all = items;
    onChange();
  };
  return {
    lookAtAll() {
      if (performance.now() - listedAt < listedMs) return;
      listedAt = performance.now();
      // where nodes may not be listed the scheduler's own words have to do
      list().catch(() => undefined);
    },
    get all() {
      return all;
    },
    look(name) {
      if (nodes.has(name)) return;
      nodes.set(name, undefined);
      // a role that does not reach beyond the namespace is enough for everything else
      follow(name).catch(() => nodes.set(name, undefined));
    },
    node: (name) => (name === undefined ? undefined : nodes.get(name)),
  };
}
