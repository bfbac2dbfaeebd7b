import { existsSync } from 'node:fs';
import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first. The order alone matters: what is missing here only starts later than it might. */
const longest: readonly string[] = [
  'test/conformance/argo.test.ts',
  'test/runtime/kubernetes-runtime.test.ts',
  'test/conformance/kubernetes.test.ts',
  'test/docs/examples.test.ts',
  'test/conformance/process.test.ts',
  'test/pipelines/argo/trouble.test.ts',
  'test/conformance/docker.test.ts',
  'test/pipelines/argo/cache.test.ts',
  'test/e2e/pipeline-killed.test.ts',
  'test/runtime/kubernetes/diagnosis-cluster.test.ts',
  'test/pipelines/argo/run.test.ts',
  'test/e2e/schedule-argo.test.ts',
  'test/pipelines/argo/left.test.ts',
  'test/e2e/kubernetes.test.ts',
  'test/e2e/kubernetes-orphans.test.ts',
  'test/runtime/kubernetes-sweep.test.ts',
  'test/runtime/docker-runtime.test.ts',
  'test/jupyterlab/jupyterlab.test.ts',
  'test/e2e/main-job-kubernetes.test.ts',
  'test/e2e/notebook.test.ts',
  'test/runtime/kubernetes-connection.test.ts',
  'test/conformance/pool.test.ts',
  'test/e2e/kubernetes-sweep.test.ts',
  'test/runtime/kubernetes-life.test.ts',
  'test/runtime/kubernetes/node-trouble.test.ts',
  'test/package/fresh-clone.test.ts',
  'test/conformance/mixed.test.ts',
  'test/pipelines/argo/stop.test.ts',
  'test/cluster/lifecycle.test.ts',
  'test/runtime/docker-daemon.test.ts',
  'test/runtime/kubernetes/install/server-cluster.test.ts',
  'test/e2e/failures.test.ts',
  'test/e2e/docker.test.ts',
  'test/conformance/inline.test.ts',
];

/** Starts long files first, so that no worker is left alone with one of them at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const gone = longest.filter((file) => !existsSync(path.join(root, file)));
    if (gone.length > 0)
      throw new Error(`test/setup/longest-first.ts names no test file: ${gone.join(', ')}`);
    const usual = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.indexOf(path.relative(root, moduleId));
      return at === -1 ? longest.length : at;
    };
    return usual.sort((a, b) => rank(a) - rank(b));
  }
}
