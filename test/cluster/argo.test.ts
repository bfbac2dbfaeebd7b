import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { renderStepAccount } from './argo.ts';
import { type TestCluster, testCluster } from './test-cluster.ts';

describeWith(['argo'], 'Argo Workflows on the test cluster', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    cluster = await testCluster({ argo: true });
    namespace = cluster.createNamespace();
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify(renderStepAccount(namespace)));
  });

  afterAll(() => cluster?.deleteNamespace(namespace));

  it('runs a graph of two steps in which the second reads what the first wrote', async () => {
    const image = await cluster.nodeImage();
    // each try has a workflow of its own
    const name = `two-steps-${randomBytes(4).toString('hex')}`;
    cluster.kubectl(
      ['create', '--namespace', namespace, '-f', '-'],
      JSON.stringify(renderWorkflow(name, image)),
    );
    const done = ['wait', '--for=condition=Completed', `workflow/${name}`, '--timeout=180s'];
    cluster.kubectl([...done, '--namespace', namespace]);
    const workflow = JSON.parse(
      cluster.kubectl(['get', 'workflow', name, '--namespace', namespace, '-o', 'json']),
    ) as Workflow;
    expect(workflow.status.phase).toBe('Succeeded');
    const pods = Object.values(workflow.status.nodes).filter(({ type }) => type === 'Pod');
    expect(pods.map(({ displayName, phase }) => [displayName, phase]).sort()).toEqual([
      ['first', 'Succeeded'],
      ['second', 'Succeeded'],
    ]);
    const second = pods.find(({ displayName }) => displayName === 'second');
    expect(second?.outputs?.parameters).toEqual([expect.objectContaining({ name: 'result', value: '42' })]);
  }, 300_000);
});

interface Workflow {
  readonly status: {
    readonly phase: string;
    readonly nodes: Readonly<
      Record<
        string,
        {
          readonly type: string;
          readonly displayName: string;
          readonly phase: string;
          readonly outputs?: { readonly parameters?: readonly unknown[] };
        }
      >
    >;
  };
}

function renderWorkflow(name: string, image: string): unknown {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name },
    spec: {
      entrypoint: 'graph',
      serviceAccountName: 'workflow',
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      templates: [
        {
          name: 'graph',
          dag: {
            tasks: [
              {
                name: 'first',
                template: 'double',
                arguments: { parameters: [{ name: 'n', value: '10.5' }] },
              },
              {
                name: 'second',
                template: 'double',
                depends: 'first.Succeeded',
                arguments: {
                  parameters: [{ name: 'n', value: '{{tasks.first.outputs.parameters.result}}' }],
                },
              },
            ],
          },
        },
        {
          name: 'double',
          inputs: { parameters: [{ name: 'n' }] },
          outputs: { parameters: [{ name: 'result', valueFrom: { path: '/tmp/result' } }] },
          container: {
            image,
            command: ['node', '-e', 'fs.writeFileSync("/tmp/result", String(2 * process.argv[1]))'],
            args: ['{{inputs.parameters.n}}'],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        },
      ],
    },
  };
}
