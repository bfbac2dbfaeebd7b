import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programs } from '../../../cluster/layout.ts';
import { type TestCluster, testCluster } from '../../../cluster/test-cluster.ts';
import { until } from '../../../cluster/until.ts';
import { describeWith } from '../../../setup/components.ts';
import { type Installation, install } from './installation.ts';

describeWith(['kubernetes', 'helm'], 'the Helm chart on a cluster', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-helm-'));
  let cluster: TestCluster;
  let installed: Installation;
  let image = '';

  function helm(args: readonly string[]): string {
    const env = { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
    const words = [...args, '--kubeconfig', cluster.kubeconfig];
    return execFileSync(programs.helm, words, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
  const chart = path.resolve('deploy/helm/slipway');
  const values = (): string[] => [
    ...['--set', 'server.enabled=true', '--set', `server.image=${image}`, '--set', 'argo=true'],
    ...['--set', 'networkPolicy.egress={10.0.0.0/8:443}'],
  ];
  let storage: string[] = [];

  beforeAll(async () => {
    cluster = await testCluster();
    installed = install(cluster, (place) => {
      image = place.image;
      storage =
        place.storageClass === undefined ? [] : ['--set', `server.storageClass=${place.storageClass}`];
      const { namespace } = place;
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
      cluster.kubectl(['create', '-f', '-'], JSON.stringify(object));
      const said = helm(['install', 'slipway', chart, '--namespace', namespace, ...values(), ...storage]);
      expect(said).toContain(`kubectl create secret generic slipway-server-tokens --namespace ${namespace}`);
    });
  });

  afterAll(() => {
    installed?.remove();
    rmSync(folder, { recursive: true });
  });

  it('brings up a server that takes its tokens', async () => {
    const forward = await installed.forward();
    try {
      const search = async (token: string): Promise<number | undefined> => {
        const address = `${forward.url}/api/v1/projects/demo/search/runs`;
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
        const answer = await fetch(address, { method: 'POST', body: '{}', headers }).catch(() => undefined);
        return answer?.status;
      };
      const status = await until(() => search(installed.token), { describe: () => 'it does not answer' });
      expect(status).toBe(200);
      expect(await search('x'.repeat(48))).toBe(401);
    } finally {
      await forward.close();
    }
  });

  it('is upgraded in place, and takes everything away again but the volume with the runs', async () => {
    const { namespace } = installed;
    helm([
      // a first try may have uninstalled it
      'upgrade',
      '--install',
      'slipway',
      chart,
      '--namespace',
      namespace,
      ...values(),
      ...storage,
      '--set',
      'server.memory=640Mi',
    ]);
    installed.ready();
    const memory = 'jsonpath={.spec.template.spec.containers[0].resources.limits.memory}';
    expect(installed.kubectl(['get', 'deployment', 'slipway-server', '-o', memory])).toBe('640Mi');
    helm(['uninstall', 'slipway', '--namespace', namespace, '--wait']);
    const kinds = 'deployments,services,roles,rolebindings,networkpolicies,persistentvolumeclaims';
    expect(installed.kubectl(['get', kinds, '-o', 'name']).trim()).toBe(
      'persistentvolumeclaim/slipway-server',
    );
  }, 300_000);
});
