import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { renderInstall } from '../../../src/runtime/kubernetes/install/render-install.ts';
import { renderYaml } from '../../../src/runtime/kubernetes/manifest/render-yaml.ts';
import { openLocalStore } from '../../../src/tracking/local/local-store.ts';
import { type TestCluster, testCluster } from '../../cluster/test-cluster.ts';
import { createFolder, type Folder } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { removeLoadedImages } from '../../support/remove-images.ts';

const steps = `import type { Context, DataItem } from 'slipway';
export async function load(ctx: Context, { data }: { data: DataItem }) {
  const table = await data.table();
  return { rows: await ctx.logDataset('rows', table.column('x').map((x) => ({ x: Number(x) * 2 }))) };
}
export async function train(_ctx: Context, { rows, depth = 4 }: { rows: DataItem; depth?: number }) {
  const table = await rows.table();
  return { score: table.column('x').map(Number).reduce((a: number, b: number) => a + b, 0) * depth };
}
export async function tune(_ctx: Context, { rate, base }: { rate: number; base: number }) { return { loss: base / rate }; }
`;

const pipeline = `import { codeToFunction, pipeline } from 'slipway';
const [load, train, tune] = await Promise.all(
  ['load', 'train', 'tune'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (_p, { depth = 4 }: { depth?: number }) => {
  const made = load({ data: 'points.csv' });
  const trained = train.with({ env: { REGION: 'eu' } })({ rows: made.rows, depth });
  const best = tune.sweep({ hyperparams: { rate: [1, 2] }, selector: 'min.loss' })({ base: trained.score });
  return { score: trained.score, loss: best.loss };
});
`;

interface Document {
  readonly uid: string;
  readonly state: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly steps: readonly {
    readonly id: string;
    readonly state: string;
    readonly cached: boolean;
    readonly reason?: string;
    readonly runUid?: string;
  }[];
}

describeWith(['argo', 'docker'], 'a cached step, on Argo Workflows and by the local engine', () => {
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

  const project = (): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${cluster.registry}/slipway-test/argo-cache/{function}" }
kubernetes: { namespace: ${namespace}, requests: { cpu: 50m, memory: 256Mi } }
cache: { mode: on }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      'steps.ts': steps,
      'main.pipeline.ts': pipeline,
      'points.csv': 'x\n1\n2\n3\n',
    });

  const run = async (folder: Folder, engine: string, ...args: readonly string[]): Promise<Document> => {
    const command = ['pipeline', 'run', 'main', '--quiet', '--engine', engine, ...args];
    const { data, stderr } = await folder.json(command, { KUBECONFIG: cluster.kubeconfig });
    expect(data.state, stderr).toBe('completed');
    return data as Document;
  };
  const decisions = ({ steps: all }: Document): Record<string, string | undefined> =>
    Object.fromEntries(all.map(({ id, reason }) => [id, reason]));
  const fromRuns = ({ steps: all }: Document): Record<string, string> =>
    Object.fromEntries(
      all.map(({ id, runUid }) => [
        id,
        `cached: same code, params${id === 'tune' ? '' : ', inputs'}; from run ${runUid}`,
      ]),
    );

  it('that one engine ran is taken by the other, and what changed is told the same, until it is damaged', async () => {
    const folder = project();
    const local = await run(folder, 'local');
    expect(decisions(local).train).toBe('ran: nothing is cached for this step');

    const argo = await run(folder, 'argo');
    expect(argo.outputs).toEqual(local.outputs);
    expect(decisions(argo)).toEqual(fromRuns(local));
    expect(argo.steps.map(({ cached }) => cached)).toEqual([true, true, true]);

    const changed = await run(folder, 'argo', '--param', 'depth=5');
    expect(decisions(changed)).toEqual({
      load: fromRuns(local).load,
      train: 'ran: params.depth changed 4 → 5',
      tune: 'ran: params.base changed 48 → 60',
    });
    const taken = await run(folder, 'local', '--param', 'depth=5');
    expect(taken.outputs).toEqual({ score: 60, loss: 30 });
    expect(decisions(taken)).toEqual({ ...fromRuns(changed), load: fromRuns(local).load });

    const localChange = await run(folder, 'local', '--param', 'depth=6');
    expect(decisions(localChange).train).toBe('ran: params.depth changed 5 → 6');

    const store = openLocalStore({ directory: path.join(folder.path, '.slipway'), project: 'demo' });
    onTestFinished(() => store.close());
    const [rows] = await store.searchArtifacts({ key: 'rows' });
    const damage = async (): Promise<void> => {
      const [name = ''] = rows?.files ?? [];
      writeFileSync(path.join(await store.artifactDirectory(rows?.digest ?? ''), name), 'spoiled');
    };
    for (const engine of ['argo', 'local']) {
      await damage();
      const again = await run(folder, engine);
      expect(decisions(again).load, engine).toMatch(/^ran: the artifact "rows" of run \S+ is damaged$/);
      expect(decisions(again).train, engine).toBe(fromRuns(local).train);
    }
  }, 900_000);

  it('that ran in a container or as a Job is taken by Argo, and what Argo ran by both', async () => {
    const folder = project();
    onTestFinished(() => removeLoadedImages(path.join(folder.path, '.slipway')));
    const docker = await run(folder, 'local', '--runtime', 'docker');
    expect(decisions(docker).train).toBe('ran: nothing is cached for this step');
    const afterDocker = await run(folder, 'argo');
    expect(afterDocker.outputs).toEqual(docker.outputs);
    expect(decisions(afterDocker)).toEqual(fromRuns(docker));

    const job = await run(folder, 'local', '--runtime', 'kubernetes', '--param', 'depth=5');
    expect(decisions(job)).toEqual({
      load: fromRuns(docker).load,
      train: 'ran: params.depth changed 4 → 5',
      tune: 'ran: params.base changed 48 → 60',
    });
    expect(decisions(await run(folder, 'argo', '--param', 'depth=5'))).toEqual({
      ...fromRuns(job),
      load: fromRuns(docker).load,
    });

    const argo = await run(folder, 'argo', '--param', 'depth=6');
    expect(decisions(argo).train).toBe('ran: params.depth changed 5 → 6');
    for (const runtime of ['docker', 'kubernetes']) {
      const taken = await run(folder, 'local', '--runtime', runtime, '--param', 'depth=6');
      expect(decisions(taken), runtime).toEqual({ ...fromRuns(argo), load: fromRuns(docker).load });
    }
  }, 900_000);
});
