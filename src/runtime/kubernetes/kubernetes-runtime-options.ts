import type { OpenRoute } from '../tracking-route.ts';
import type { ApiClient } from './api/api-client.ts';
import type { KubernetesOptions } from './manifest/kubernetes-options.ts';

export interface KubernetesRuntimeOptions {
  /** Of jobs that bring none of their own (`Job.kubernetes`). */
  readonly options?: KubernetesOptions;
  /** Connects to the cluster; called once, on first use. */
  readonly connect: () => Promise<ApiClient>;
  /** Opens what pods ship their runs to; called once a project, on first use. */
  readonly openRoute: OpenRoute;
  /**
   * Of the trials of a sweep. `pool`: a pod runs several, one after another, in a process that they share; `fresh`: each gets a pod of
   * its own, as it always does where its function limits its memory or has graphics processors. @default 'pool'
   */
  readonly isolation?: 'fresh' | 'pool';
  /** Hears, a line at a time, what runs wait for and what was opened or cleaned up for them. */
  readonly onProgress?: (line: string) => void;
}
