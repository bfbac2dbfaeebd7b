import type { OpenRoute, TrackingRoute } from '../tracking-route.ts';
import type { ApiClient } from './api/api-client.ts';
import { type NamespaceWatch, watchNamespace } from './follow/namespace-watch.ts';

/** One submitter's dealings with a cluster: the connection, a watch for each namespace, a route for each project. */
export interface KubernetesSession {
  readonly client: ApiClient;
  watch(namespace: string): NamespaceWatch;
  route(target: { readonly project: string; readonly storeDirectory: string }): Promise<TrackingRoute>;
  close(): Promise<void>;
}

export function createKubernetesSession(client: ApiClient, openRoute: OpenRoute): KubernetesSession {
  const watches = new Map<string, NamespaceWatch>();
  const routes = new Map<string, Promise<TrackingRoute>>();
  return {
    client,
    watch(namespace) {
      const known = watches.get(namespace);
      if (known) return known;
      const watch = watchNamespace(client, namespace);
      watches.set(namespace, watch);
      // one that cannot go on is made anew by the next run that looks
      watch.failed.catch(() => watches.delete(namespace));
      return watch;
    },
    route(target) {
      const key = `${target.storeDirectory}\n${target.project}`;
      const known = routes.get(key);
      if (known) return known;
      const route = openRoute({ ...target, server: client.server });
      routes.set(key, route);
      route.catch(() => routes.delete(key));
      return route;
    },
    async close() {
      for (const watch of watches.values()) watch.close();
      const opened = await Promise.allSettled(routes.values());
      for (const route of opened) if (route.status === 'fulfilled') await route.value.close();
    },
  };
}
