import { renderAccess } from '../../../src/runtime/kubernetes/install/render-access.ts';
import { isCover } from '../cases.ts';
import { onTestCluster } from './cluster-request.ts';
import type { ConformanceEngine } from './conformance-engine.ts';
import { openProjectEngine } from './project-engine.ts';

/** Plans compiled to workflows, which the controller of Argo drives on a cluster, with the rights that users are told to give. */
export const argoEngine: ConformanceEngine = {
  name: 'argo',
  needs: ['argo'],
  runs: (one) => isCover(one, 3),
  parallelism: 5,
  open: () =>
    onTestCluster({ argo: true }, (request, cluster, namespace) => {
      const items = renderAccess({ namespace, argo: true, version: 'test' });
      cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      return openProjectEngine({ timeoutMs: 12000, request: { ...request, engine: 'argo' } });
    }),
};
