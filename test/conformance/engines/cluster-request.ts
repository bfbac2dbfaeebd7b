import type { PipelineRequest } from '../../../src/projects/start-pipeline.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import type { OpenEngine } from './conformance-engine.ts';

/** Opens an engine whose steps run in a namespace of their own on the cluster of the tests, in pods that ask for little. */
export async function onTestCluster(
  parts: { readonly argo?: boolean },
  open: (request: PipelineRequest, cluster: TestCluster, namespace: string) => Promise<OpenEngine>,
): Promise<OpenEngine> {
  const cluster = await testCluster(parts);
  const namespace = cluster.createNamespace();
  const kubernetes = {
    kubeconfig: cluster.kubeconfig,
    namespace,
    requests: { cpu: '20m', memory: '128Mi' },
    limits: { memory: '512Mi' },
  };
  const imageName = `${cluster.registry}/conformance/{function}`;
  const opened = await open({ parallelism: 12, imageName, kubernetes }, cluster, namespace);
  return {
    run: (one, signal) => opened.run(one, signal),
    async close() {
      await opened.close();
      cluster.deleteNamespace(namespace);
    },
  };
}
