import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { describeWith } from '../setup/components.ts';

interface StepReport {
  readonly id: string;
  readonly state: string;
  readonly runUid: string;
  readonly results: Readonly<Record<string, unknown>>;
}

interface PipelineReport {
  readonly state: string;
  readonly outputs: Readonly<Record<string, number>>;
  readonly steps: readonly StepReport[];
}

interface StepRun {
  readonly runtime: string;
  readonly cluster?: { readonly namespace: string };
  readonly function: { readonly image?: string };
  readonly metrics: Readonly<Record<string, number>>;
  readonly artifacts: readonly { readonly key: string; readonly digest: string }[];
  readonly iterations?: readonly { readonly results: unknown }[];
}

/** This repository's own project.yaml, once in local processes and once as Jobs of a cluster. */
describeWith(['kubernetes'], 'the main job on a cluster', () => {
  const store = mkdtempSync(path.join(tmpdir(), 'slipway-main-kubernetes-'));
  let cluster: TestCluster;
  let namespace: string;
  let ran: { readonly local: PipelineReport; readonly remote: PipelineReport } | undefined;

  const slipway = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['dist/cli.mjs', ...args], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, SLIPWAY_HOME: store, KUBECONFIG: cluster.kubeconfig, NO_COLOR: '1' },
    });
  const pipeline = (...args: string[]): PipelineReport => {
    const run = slipway('pipeline', 'run', 'main', '-q', '-o', 'json', ...args);
    expect(run.status, run.stderr + run.stdout).toBe(0);
    return JSON.parse(run.stdout) as PipelineReport;
  };
  const stepRun = ({ runUid }: StepReport): StepRun =>
    JSON.parse(slipway('describe', 'run', runUid, '-o', 'json').stdout) as StepRun;

  beforeAll(async () => {
    cluster = await testCluster();
    namespace = cluster.createNamespace();
  });
  afterAll(() => {
    cluster?.deleteNamespace(namespace);
    rmSync(store, { recursive: true, force: true });
  });

  /** Both are run once; what fails is run again by the test that is tried again. */
  const reports = (): NonNullable<typeof ran> => {
    ran ??= {
      local: pipeline(),
      remote: pipeline(
        ...['--runtime', 'kubernetes', '--namespace', namespace],
        ...['--image-name', `${cluster.registry}/main/{function}`, '--kubernetes', 'requests.cpu=50m'],
      ),
    };
    return ran;
  };

  it('completes every step, with the accuracy of the local run: 44 of 45 irises, 102 of 103 penguins', () => {
    const { local, remote } = reports();
    expect(remote.state).toBe('completed');
    expect(remote.steps.map(({ id, state }) => [id, state]).sort()).toEqual(
      local.steps.map(({ id }) => [id, 'completed']).sort(),
    );
    expect(remote.outputs).toEqual({ iris: 44 / 45, penguins: 102 / 103 });
    expect(remote.outputs).toEqual(local.outputs);
  }, 900_000);

  it('gives the same results, metrics, trials and data as the local run, step by step', () => {
    const { local, remote } = reports();
    for (const step of remote.steps) {
      const twin = local.steps.find(({ id }) => id === step.id) as StepReport;
      expect(step.results, step.id).toEqual(twin.results);
      const [there, here] = [stepRun(step), stepRun(twin)];
      expect(there.metrics, step.id).toEqual(here.metrics);
      expect(there.iterations?.map(({ results }) => results)).toEqual(
        here.iterations?.map(({ results }) => results),
      );
      const data = (run: StepRun): unknown =>
        run.artifacts
          .filter(({ key }) => /^(dataset|train|test|predictions)$/.test(key))
          .map(({ key, digest }) => [key, digest]);
      expect(data(there)).toEqual(data(here));
      expect(there).toMatchObject({
        runtime: 'kubernetes',
        cluster: { namespace },
        function: { image: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      });
    }
  }, 900_000);
});
