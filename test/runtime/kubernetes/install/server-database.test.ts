import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createUid } from '../../../../src/core/id.ts';
import type { HttpStore } from '../../../../src/tracking/http/http-store.ts';
import { openHttpStore } from '../../../../src/tracking/open-http-store.ts';
import { type TestCluster, testCluster } from '../../../cluster/test-cluster.ts';
import { until } from '../../../cluster/until.ts';
import { describeWith } from '../../../setup/components.ts';
import { type Postgres, startPostgres } from '../../../support/start-postgres.ts';
import { type Installation, install } from './installation.ts';
import type { PortForward } from './port-forward.ts';
import { slipwayOutput } from './slipway-output.ts';

describeWith(['kubernetes', 'postgres'], 'the tracking server in a cluster with a database', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-database-'));
  let cluster: TestCluster;
  let postgres: Postgres;
  let installed: Installation;
  let forward: PortForward;

  beforeAll(async () => {
    cluster = await testCluster();
    const address = await addressTowards(cluster.kubeconfig);
    postgres = await startPostgres({ alsoOn: address });
    const url = (await postgres.createDatabase()).replace('@127.0.0.1:', `@${address}:`);
    installed = install(cluster, ({ namespace, image, storageClass }) => {
      const storage = storageClass === undefined ? [] : ['--storage-class', storageClass];
      const words = ['--server', '--image', image, '--namespace', namespace, '--database-secret', 'database'];
      const manifests = slipwayOutput(folder, ['kubernetes', 'manifest', ...words, ...storage]);
      cluster.kubectl(['apply', '--validate=strict', '-f', '-'], manifests);
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'database', namespace },
        stringData: { url },
      };
      cluster.kubectl(['create', '-f', '-'], JSON.stringify(secret));
    });
    forward = await installed.forward();
  });

  afterAll(async () => {
    await forward?.close();
    installed?.remove();
    await postgres?.dispose();
    rmSync(folder, { recursive: true });
  });

  const open = (spool: string): HttpStore =>
    openHttpStore({
      spoolDirectory: path.join(folder, spool),
      project: 'demo',
      server: { url: forward.url, token: installed.token },
      flushMs: 60_000,
    });

  it('keeps runs in the database and nothing of them on its volume, and says nothing of the password', async () => {
    const store = open('writer');
    const writer = store.createRun({
      ...{ uid: createUid(), name: 'train', project: 'demo', runKind: 'run', params: { depth: 3 } },
      ...{ inputs: {}, labels: {} },
    });
    writer.append({ kind: 'state', state: 'running' });
    writer.append({ kind: 'metric', key: 'loss', value: 0.25, step: 1 });
    writer.append({ kind: 'state', state: 'completed' });
    writer.close();
    await store.flush();
    await store.close();
    installed.kubectl(['delete', 'pod', '-l', 'app.kubernetes.io/component=server']);
    installed.ready();
    const reader = open('reader');
    const record = await until(() => reader.getRun(writer.uid).catch(() => undefined), {
      describe: () => 'the run is not there',
    });
    expect(record).toMatchObject({ state: 'completed', params: { depth: 3 }, metrics: { loss: 0.25 } });
    await reader.close();
    const list = "console.log(fs.readdirSync('/data').join())";
    const files = installed.kubectl(['exec', 'deployment/slipway-server', '--', 'node', '-e', list]);
    expect(files).not.toContain('projects');
    const log = installed.kubectl(['logs', 'deployment/slipway-server']);
    expect(log).toContain('postgres://');
    expect(log).not.toContain('a%20secret');
    expect(log).not.toContain('a secret');
  });
});

/** The address by which this machine is reached from where the cluster is. */
async function addressTowards(kubeconfig: string): Promise<string> {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string } }[];
  };
  const server = new URL(config.clusters[0]?.cluster.server ?? '');
  const socket = connect({ host: server.hostname, port: Number(server.port || 443) });
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return socket.localAddress ?? '';
  } finally {
    socket.destroy();
  }
}
