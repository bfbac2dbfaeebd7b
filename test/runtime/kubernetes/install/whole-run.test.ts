import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCluster, testCluster } from '../../../cluster/test-cluster.ts';
import { createFolder, type Folder, type Json } from '../../../e2e/slipway.ts';
import { describeWith } from '../../../setup/components.ts';
import { type Installation, install } from './installation.ts';
import type { PortForward } from './port-forward.ts';
import { slipwayOutput } from './slipway-output.ts';

const source = `
import type { Context } from 'slipway';
export async function square(ctx: Context, { n = 2 }: { n?: number }) {
  console.log('squaring', n, ctx.secret('PASSPHRASE').length);
  ctx.logMetric('root', n);
  await ctx.logArtifact('square.txt', String(n * n));
  return { square: n * n };
}
`;

describeWith(
  ['kubernetes'],
  'slipway run --runtime kubernetes with the rendered rights and the deployed server',
  () => {
    const place = mkdtempSync(path.join(tmpdir(), 'slipway-whole-'));
    let cluster: TestCluster;
    let installed: Installation;
    let forward: PortForward;

    beforeAll(async () => {
      cluster = await testCluster();
      installed = install(cluster, ({ namespace, image, storageClass }) => {
        const storage = storageClass === undefined ? [] : ['--storage-class', storageClass];
        const words = ['--server', '--namespace', namespace, '--image', image, ...storage];
        const manifests = slipwayOutput(place, ['kubernetes', 'manifest', ...words]);
        cluster.kubectl(['apply', '--validate=strict', '-f', '-'], manifests);
      });
      forward = await installed.forward();
    });

    afterAll(async () => {
      await forward?.close();
      installed?.remove();
      rmSync(place, { recursive: true });
    });

    /** A kubeconfig that holds nothing but the submitter's token. */
    function submitterConfig(): string {
      const token = installed.kubectl(['create', 'token', 'slipway-submitter']).trim();
      const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as { users: object[] };
      const users = config.users.map((user) => ({ ...user, user: { token } }));
      const file = path.join(place, 'kubeconfig');
      writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
      return file;
    }

    function project(): Folder {
      const address = installed.kubectl([
        'get',
        'service',
        'slipway-server',
        '-o',
        'jsonpath={.spec.clusterIP}',
      ]);
      return createFolder({
        'square.ts': source,
        token: installed.token,
        'project.yaml': `name: demo
secrets: [PASSPHRASE]
image: { name: '${cluster.registry}/slipway-test/{function}' }
tracking: { url: '${forward.url}', podUrl: 'http://${address}:8642', tokenFile: token }
kubernetes: { namespace: ${installed.namespace}, serviceAccount: slipway-run, requests: { cpu: 50m } }
`,
      });
    }

    it('runs in a pod of the account without rights, and its record, log and artifact are on the server', async () => {
      const folder = project();
      const env = { KUBECONFIG: submitterConfig(), PASSPHRASE: 'very secret' };
      const words = [
        'run',
        'square.ts',
        '--param',
        'n=12',
        '--secret',
        'PASSPHRASE',
        '--runtime',
        'kubernetes',
      ];
      const { code, data, stderr } = await folder.json(words, env);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(data).toMatchObject({ state: 'completed', results: { square: 144 }, metrics: { root: 12 } });
      expect(data.artifacts).toMatchObject([{ key: 'square.txt' }]);
      const elsewhere = createFolder({ token: installed.token, 'project.yaml': 'name: demo\n' });
      const server = { SLIPWAY_TRACKING_URL: forward.url, SLIPWAY_TRACKING_TOKEN: installed.token };
      const seen = await elsewhere.json(['describe', 'run', data.uid], server);
      expect(seen.data).toMatchObject({
        state: 'completed',
        runtime: 'kubernetes',
        results: { square: 144 },
      });
      expect((await elsewhere.slipway(['logs', data.uid], server)).stdout).toContain('squaring 12 11');
      const left = installed.kubectl(['get', 'secrets', '-o', 'name']);
      expect(left).not.toContain('very secret');
    }, 240_000);

    it('ends the trials of a sweep whose pods no node takes, by what keeps them waiting', async () => {
      const limits = ['--kubernetes', 'pendingSeconds=3', '--kubernetes', 'nodeSelector.place=nowhere'];
      const sweep = ['-x', 'n=[1, 2, 3]', '--isolation', 'fresh', '--parallel', '1', '--max-errors', '2'];
      const words = ['run', 'square.ts', ...sweep, '--runtime', 'kubernetes', ...limits];
      const { code, data, stderr } = await project().json(words, { KUBECONFIG: submitterConfig() });
      expect([code, data.error?.code], stderr).toEqual([1, 'SWEEP_FAILED']);
      expect(data.iterations.map((trial: Json) => trial.error?.code)).toEqual([
        'POD_UNSCHEDULABLE',
        'POD_UNSCHEDULABLE',
        'POD_UNSCHEDULABLE',
      ]);
      expect(installed.kubectl(['get', 'jobs', '-l', `slipway.run=${data.uid}`, '-o', 'name'])).toBe('');
    }, 240_000);
  },
);
