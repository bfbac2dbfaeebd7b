import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openHttpStore } from '../../src/tracking/open-http-store.ts';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { collect, createRuntimeFixture, type RuntimeFixture } from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { clusterRuntime, killAgent, podHandlers, pushHandlers } from '../support/cluster-runtime.ts';
import { startTrackingServer } from '../support/start-tracking-server.ts';

/** Deaths of the server, and of the pod; SLIPWAY_SOAK_ROUNDS asks for more. */
const rounds = Number(process.env.SLIPWAY_SOAK_ROUNDS ?? 2);

describeWith(['kubernetes'], 'runs in pods', () => {
  let cluster: TestCluster;
  let namespace: string;
  let image: string;
  let fixture: RuntimeFixture;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
    image = await pushHandlers(cluster, podHandlers);
    fixture = createRuntimeFixture();
  });
  afterAll(async () => {
    await fixture?.remove();
    cluster?.deleteNamespace(namespace);
  });

  it(
    `keep every point that came to the server, once and in order, over ${rounds} deaths of the server and ${rounds} of the pod`,
    async () => {
      const folder = mkdtempSync(path.join(fixture.root, 'soak-'));
      const home = path.join(folder, 'home');
      const args = ['--host', cluster.local?.hostAddress ?? '0.0.0.0'];
      let server = await startTrackingServer(home, { args });
      const { url, token = '' } = server.address;
      const port = Number(new URL(url).port);
      const spoolDirectory = path.join(folder, 'spool');
      const store = openHttpStore({ server: { url, token }, project: 'demo', spoolDirectory });
      const openRoute = async () => ({ url, token, close: async () => undefined });
      const runtime = clusterRuntime({ cluster, namespace, openRoute });
      onTestFinished(async () => {
        await runtime.close();
        await store.close();
        await server.stop();
      });
      for (let round = 0; round < rounds; round++) {
        const job = fixture.job('ticking', { image, project: 'demo', params: { count: 100_000, ms: 4 } });
        const running = await runtime.submit({ ...job, storeDirectory: spoolDirectory }, { store });
        const seen = async (least: number): Promise<number> => {
          for await (const event of running.events())
            if (event.kind === 'metric' && Number(event.value) >= least) return Number(event.value);
          throw new Error(`run "${running.uid}" ended too soon`);
        };
        const before = await seen(100 + ((round * 137) % 400));
        await server.stop('SIGKILL');
        server = await startTrackingServer(home, { port, args });
        const last = await seen(before + 300);
        await killAgent(cluster, namespace, running.uid);
        const { state, error } = await running.wait();
        expect([state, error?.code]).toEqual(['error', 'RUN_KILLED']);
        const events = await collect(running.events());
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        const points = events.flatMap((event) => (event.kind === 'metric' ? [Number(event.value)] : []));
        expect(points).toEqual(points.map((_, index) => index + 1));
        expect(points.length).toBeGreaterThanOrEqual(last);
        const output = (await collect(running.logs())).map(({ text }) => text).join('');
        const lines = output.split('\n').filter((line) => line.startsWith('line '));
        expect(lines).toEqual(lines.map((_, index) => `line ${index + 1}`));
        expect(lines.length).toBeGreaterThanOrEqual(points.length - 1);
      }
    },
    120_000 * rounds,
  );
});
