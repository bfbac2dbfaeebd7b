import { isCover } from '../cases.ts';
import { onTestCluster } from './cluster-request.ts';
import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Steps as Jobs on a cluster, driven from here; their image is built and pushed as for users. */
export const kubernetesEngine: ConformanceEngine = {
  name: 'kubernetes',
  needs: ['kubernetes'],
  runs: (one) => isCover(one, 0),
  parallelism: 8,
  open: () =>
    onTestCluster({}, (request) =>
      openProjectEngine({ timeoutMs: 12000, request: { ...request, runtime: 'kubernetes' } }),
    ),
};
