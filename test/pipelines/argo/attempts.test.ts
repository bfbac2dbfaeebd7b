import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { renderInstall } from '../../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import type { RunStore } from '../../../src/tracking/store.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { createFolder, type Folder, type Json } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';

const steps = `import { writeFileSync } from 'node:fs';
import type { Context } from 'slipway';
const forever = () => new Promise<never>(() => setInterval(() => undefined, 1000));
export async function flaky(ctx: Context, {}: {}) {
  ctx.logMetric('tried', ctx.attempt);
  if (ctx.attempt < 3) throw new Error('attempt ' + ctx.attempt + ' goes wrong');
  return { attempt: ctx.attempt };
}
export async function broken(ctx: Context, {}: {}) { throw new Error('attempt ' + ctx.attempt + ' goes wrong'); }
export async function slow(ctx: Context, {}: {}) {
  if (ctx.attempt === 1) await forever();
  return { attempt: ctx.attempt };
}
export async function stuck(_ctx: Context, {}: {}) { await forever(); }
export async function greedy(ctx: Context, {}: {}) {
  const held: unknown[] = [];
  while (ctx.attempt === 1) held.push(Array.from({ length: 1e5 }, (_, at) => ({ at })));
  return { attempt: ctx.attempt };
}
export async function buffers(ctx: Context, {}: {}) {
  const held: Buffer[] = [];
  while (ctx.attempt === 1) held.push(Buffer.alloc(2 ** 24, 1));
  return { attempt: ctx.attempt };
}
/** Has the kernel take the agent, and with it the pod. */
function surviveAgent() {
  writeFileSync('/proc/self/oom_score_adj', '0');
  writeFileSync('/proc/' + process.ppid + '/oom_score_adj', '1000');
}
export async function whole(ctx: Context, {}: {}) {
  surviveAgent();
  const held: Buffer[] = [];
  while (ctx.attempt === 1) held.push(Buffer.alloc(2 ** 24, 1));
  return { attempt: ctx.attempt };
}
export async function always(_ctx: Context, {}: {}) {
  surviveAgent();
  for (const held: Buffer[] = []; ; ) held.push(Buffer.alloc(2 ** 24, 1));
}
`;

const names = ['flaky', 'broken', 'slow', 'stuck', 'greedy', 'buffers'];

const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [flaky, broken, slow, stuck, greedy, buffers] = await Promise.all(
  ${JSON.stringify(names)}.map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
const once = { retries: 1, delayMs: 100 };
const resources = { memory: 256 * 2 ** 20 };
export default pipeline('main', (_p, {}: {}) => {
  flaky.with({ retry: { retries: 2, delayMs: 100 } })({});
  broken.with({ retry: once })({});
  slow.with({ retry: once, timeoutMs: 8000 })({});
  stuck.with({ timeoutMs: 4000 })({});
  greedy.with({ retry: once, resources })({});
  buffers.with({ retry: once, resources })({});
  return {};
});
`;

const killed = `import { codeToFunction, pipeline } from 'slipway';
const [whole, always] = await Promise.all(
  ['whole', 'always'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
const resources = { memory: 256 * 2 ** 20 };
export default pipeline('main', (_p, {}: {}) => {
  whole.with({ retry: { retries: 1, delayMs: 100 }, resources })({});
  always.with({ retry: { retries: 1, delayMs: 100 }, resources })({});
  always.as('once').with({ resources })({});
  return {};
});
`;

/** What a step's record says of its attempts, without what differs from run to run. */
interface Attempts {
  readonly state: string;
  readonly attempt?: number;
  readonly results: unknown;
  readonly error?: string;
  readonly failed: readonly (readonly [attempt: number, code: string])[];
}

describeWith(['argo'], 'the attempts of a step in its pod', () => {
  let cluster: TestCluster;
  let namespace: string;

  beforeAll(async () => {
    cluster = await testCluster({ argo: true });
    namespace = cluster.createNamespace();
    cluster.kubectl(
      ['apply', '-f', '-'],
      renderYaml(renderInstall({ namespace, version: '0', argo: true, networkPolicy: false })),
    );
  });

  afterAll(() => cluster?.deleteNamespace(namespace));

  const attemptsOf = async (store: RunStore, uid: string): Promise<Attempts> => {
    const { state, attempt, results, error } = await store.getRun(uid);
    const failed: [number, string][] = [];
    for await (const event of store.events(uid))
      if (event.kind === 'attempt') failed.push([event.attempt - 1, event.error.code]);
    return {
      state,
      results,
      failed,
      ...(attempt === undefined ? {} : { attempt }),
      ...(error === undefined ? {} : { error: error.code }),
    };
  };

  const runOn = async (
    folder: Folder,
    engine: string,
  ): Promise<{ readonly uid: string; readonly attempts: Readonly<Record<string, Attempts>> }> => {
    const command = ['pipeline', 'run', 'main', '--quiet', '--on-failure', 'continue', '--engine', engine];
    const { data, code, stderr } = await folder.json(command, { KUBECONFIG: cluster.kubeconfig });
    expect(code, stderr).toBe(1);
    const store = openLocalStore({ directory: path.join(folder.path, '.slipway'), project: 'demo' });
    onTestFinished(() => store.close());
    const all = data.steps as readonly { readonly id: string; readonly runUid: string }[];
    const attempts = Object.fromEntries(
      await Promise.all(all.map(async ({ id, runUid }) => [id, await attemptsOf(store, runUid)] as const)),
    );
    return { uid: data.uid, attempts };
  };

  const project = (main: string): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${cluster.registry}/slipway-test/argo-attempts/{function}" }
kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 128Mi } }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': main,
    });

  it('are counted, timed and explained as by the local engine', async () => {
    const folder = project(pipeline);
    const { attempts: argo } = await runOn(folder, 'argo');
    expect(argo).toMatchObject({
      flaky: { state: 'completed', attempt: 3, results: { attempt: 3 } },
      broken: { state: 'error', attempt: 2, error: 'USER_CODE_FAILED', failed: [[1, 'USER_CODE_FAILED']] },
      slow: { state: 'completed', attempt: 2, failed: [[1, 'RUN_TIMEOUT']] },
      stuck: { state: 'error', error: 'RUN_TIMEOUT', failed: [] },
      greedy: { state: 'completed', attempt: 2, failed: [[1, 'RUN_OUT_OF_MEMORY']] },
      buffers: { state: 'completed', attempt: 2, failed: [[1, 'RUN_OUT_OF_MEMORY']] },
    });
    expect(argo).toEqual((await runOn(folder, 'local')).attempts);
  }, 900_000);

  it('count a pod that is killed for its memory, with all that is in it, and go on in another one', async () => {
    const memory = 'RUN_OUT_OF_MEMORY';
    const { uid, attempts } = await runOn(project(killed), 'argo');
    expect(attempts).toMatchObject({
      whole: { state: 'completed', attempt: 2, results: { attempt: 2 }, failed: [[1, memory]] },
      always: { state: 'error', attempt: 2, error: memory, failed: [[1, memory]] },
      once: { state: 'error', error: memory, failed: [] },
    });
    const own = ['get', 'pods', '-n', namespace, '-l', `slipway.run=${uid}`, '-o', 'json'];
    const { items } = JSON.parse(cluster.kubectl(own));
    const tasks: string[] = items.map(({ metadata }: Json) => metadata.annotations['slipway.run/task']);
    const podsOf = (id: string): number => tasks.filter((task) => task === `step:${id}`).length;
    // the last pod of two only says so
    expect(['whole', 'always', 'once'].map(podsOf)).toEqual([2, 3, 1]);
  }, 900_000);
});
