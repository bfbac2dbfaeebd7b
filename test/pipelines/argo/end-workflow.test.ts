import { afterAll, beforeAll, expect, it } from 'vitest';
import { endWorkflow } from '../../../src/pipelines/argo/follow/end-workflow.ts';
import { readWorkflow } from '../../../src/pipelines/argo/follow/find-workflow.ts';
import { remindedKey } from '../../../src/pipelines/argo/follow/workflow-api.ts';
import { connectCluster } from '../../../src/runtime/kubernetes/api/connect-cluster.ts';
import { until } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const name = 'unheard';
/** Of another controller: that of the tests leaves it alone, as one does that has missed a change. */
const workflow = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name, labels: { 'workflows.argoproj.io/controller-instanceid': 'nobody' } },
  spec: {
    entrypoint: 'main',
    templates: [{ name: 'main', container: { image: 'none', command: ['true'] } }],
  },
};

describeWith(['argo'], 'a workflow that is told to end', () => {
  let place: ArgoNamespace;
  beforeAll(async () => {
    place = await openArgoNamespace();
  });
  afterAll(() => place?.close());

  it('is changed again and again until its controller has heard of it', async () => {
    const kubectl = (args: readonly string[], input?: string): string =>
      place.cluster.kubectl([...args, '-n', place.namespace], input);
    kubectl(['delete', 'workflow', name, '--ignore-not-found']);
    kubectl(['create', '-f', '-'], JSON.stringify(workflow));
    const client = await connectCluster({ kubeconfig: place.env.KUBECONFIG ?? '' });
    const found = await readWorkflow(client, { name, namespace: place.namespace });
    if (found === undefined) throw new Error('the workflow was not created');
    const ended = endWorkflow(client, found, { shutdown: 'Stop' });
    ended.catch(() => undefined);
    const reminded = (): Promise<string | undefined> =>
      Promise.resolve(place.items('workflows')[0]?.metadata.annotations?.[remindedKey]);
    const first = await until(reminded, (time) => time !== undefined);
    await until(reminded, (time) => time !== first);
    kubectl(['patch', 'workflow', name, '--type=merge', '-p', '{"status":{"phase":"Failed"}}']);
    await ended;
    expect(place.items('workflows')[0]).toMatchObject({ spec: { shutdown: 'Stop' } });
  });
});
