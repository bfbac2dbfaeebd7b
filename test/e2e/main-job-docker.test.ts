import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { removeLoadedImages } from '../support/remove-images.ts';

interface StepReport {
  readonly id: string;
  readonly state: string;
  readonly runUid: string;
  readonly results: Readonly<Record<string, unknown>>;
}

interface PipelineReport {
  readonly uid: string;
  readonly state: string;
  readonly outputs: Readonly<Record<string, number>>;
  readonly steps: readonly StepReport[];
}

interface StepRun {
  readonly runtime: string;
  readonly function: { readonly image?: string; readonly name: string };
  readonly metrics: Readonly<Record<string, number>>;
  readonly artifacts: readonly { readonly key: string; readonly digest: string }[];
  readonly iterations?: readonly { readonly results: unknown; readonly uid: string }[];
}

/** This repository's own project.yaml, once in local processes and once in containers. */
describeWith(['docker'], 'the main job in containers', () => {
  const store = mkdtempSync(path.join(tmpdir(), 'slipway-main-docker-'));
  const slipway = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['dist/cli.mjs', ...args], {
      encoding: 'utf8',
      env: { ...process.env, SLIPWAY_HOME: store, NO_COLOR: '1' },
    });
  const pipeline = (...args: string[]): PipelineReport => {
    const run = slipway('pipeline', 'run', 'main', '-o', 'json', ...args);
    expect(run.status, run.stderr).toBe(0);
    return JSON.parse(run.stdout) as PipelineReport;
  };
  const stepRun = ({ runUid }: StepReport): StepRun =>
    JSON.parse(slipway('describe', 'run', runUid, '-o', 'json').stdout) as StepRun;
  let ran: { readonly local: PipelineReport; readonly contained: PipelineReport } | undefined;
  /** Both are run once; what fails is run again by the test that is tried again. */
  const reports = (): NonNullable<typeof ran> => {
    ran ??= { local: pipeline(), contained: pipeline('--runtime', 'docker') };
    return ran;
  };
  afterAll(() => {
    removeLoadedImages(store);
    rmSync(store, { recursive: true, force: true });
  });

  it('completes every step, with the accuracy of the local run: 44 of 45 irises, 102 of 103 penguins', () => {
    const { local, contained } = reports();
    expect(contained.state).toBe('completed');
    expect(contained.steps.map(({ id, state }) => [id, state]).sort()).toEqual(
      local.steps.map(({ id }) => [id, 'completed']).sort(),
    );
    expect(contained.outputs).toEqual({ iris: 44 / 45, penguins: 102 / 103 });
    expect(contained.outputs).toEqual(local.outputs);
  }, 900_000);

  it('gives the same results, metrics, trials and data as the local run, step by step', () => {
    const { local, contained } = reports();
    for (const step of contained.steps) {
      const twin = local.steps.find(({ id }) => id === step.id) as StepReport;
      expect(step.results, step.id).toEqual(twin.results);
      const [there, here] = [stepRun(step), stepRun(twin)];
      expect(there.metrics, step.id).toEqual(here.metrics);
      expect(there.iterations?.map(({ results }) => results)).toEqual(
        here.iterations?.map(({ results }) => results),
      );
      const data = (run: StepRun) =>
        run.artifacts.filter(({ key }) => /^(dataset|train|test|predictions)$/.test(key));
      expect(data(there).map(({ key, digest }) => [key, digest])).toEqual(
        data(here).map(({ key, digest }) => [key, digest]),
      );
    }
  }, 900_000);

  it('records by digest which image ran, one for each function, trials included', () => {
    const { contained } = reports();
    const runs = contained.steps.map(stepRun);
    const images = new Map<string, Set<string>>();
    for (const run of runs) {
      expect(run).toMatchObject({
        runtime: 'docker',
        function: { image: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      });
      images.set(
        run.function.name,
        (images.get(run.function.name) ?? new Set()).add(run.function.image ?? ''),
      );
    }
    expect([...images.values()].map(({ size }) => size)).toEqual([...images.values()].map(() => 1));
    const sweep = runs.find(({ iterations }) => iterations !== undefined);
    const trial = slipway('describe', 'run', sweep?.iterations?.[0]?.uid ?? '', '-o', 'json');
    expect(JSON.parse(trial.stdout)).toMatchObject({
      runtime: 'docker',
      function: { image: sweep?.function.image },
    });
    expect(slipway('describe', 'run', contained.steps[0]?.runUid ?? '').stdout).toContain(
      runs[0]?.function.image,
    );
  });

  it('leaves no container behind', () => {
    const left = execFileSync('docker', ['ps', '-aq', '--filter', `label=slipway.store=${store}`], {
      encoding: 'utf8',
    });
    expect(left).toBe('');
  });
});
