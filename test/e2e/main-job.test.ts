import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 600_000 });

interface PipelineReport {
  readonly state: string;
  readonly outputs: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly id: string;
    readonly state: string;
    readonly runUid: string;
    readonly results: Record<string, unknown>;
  }[];
}

/** The main job: this repository's own project.yaml, as `npm run demo` runs it. */
describe('the main job', () => {
  const store = mkdtempSync(path.join(tmpdir(), 'slipway-main-'));
  const slipway = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['dist/cli.mjs', ...args], {
      encoding: 'utf8',
      env: { ...process.env, SLIPWAY_HOME: store, NO_COLOR: '1' },
    });
  let reported: PipelineReport | undefined;

  /** It is run once; what fails is run again by the test that is tried again. */
  const report = (): PipelineReport => {
    if (reported) return reported;
    const run = slipway('pipeline', 'run', 'main', '-o', 'json');
    expect(run.status, run.stderr).toBe(0);
    reported = JSON.parse(run.stdout) as PipelineReport;
    return reported;
  };

  it('loads, describes, trains, evaluates and predicts both data sets', () => {
    const steps = ['load', 'describe', 'train', 'evaluate', 'predict'].flatMap((verb) => [
      `${verb}-iris`,
      `${verb}-penguins`,
    ]);
    expect(report().state).toBe('completed');
    expect(
      report()
        .steps.map((step) => [step.id, step.state])
        .sort(),
    ).toEqual(steps.map((id) => [id, 'completed']).sort());
  });

  it('is right about at least 93 % of the irises and 95 % of the penguins it has not seen', () => {
    expect(report().outputs.iris).toBeGreaterThanOrEqual(0.93);
    expect(report().outputs.penguins).toBeGreaterThanOrEqual(0.95);
  });

  it('gives the same accuracy on every machine', () => {
    expect(report().outputs).toEqual({ iris: 44 / 45, penguins: 102 / 103 });
  });

  it('keeps the missing values of the penguins and counts them', () => {
    expect(report().steps.find((step) => step.id === 'describe-penguins')?.results).toMatchObject({
      rowCount: 344,
      missingTotal: 19,
    });
  });

  it('trains by a sweep whose best trial is the step’s own result', () => {
    const step = report().steps.find((candidate) => candidate.id === 'train-penguins');
    const record = JSON.parse(slipway('get', 'run', step?.runUid ?? '', '-o', 'json').stdout) as {
      iterations: { results: { accuracy: number } }[];
      bestIteration: number;
      results: { accuracy: number };
    };
    const accuracies = record.iterations.map((trial) => trial.results.accuracy);
    expect(record.iterations).toHaveLength(12);
    expect(record.results.accuracy).toBe(Math.max(...accuracies));
    expect(record.bestIteration).toBe(accuracies.indexOf(Math.max(...accuracies)) + 1);
  });

  it('can be looked at afterwards: the predictions are a dataset of the store', () => {
    report();
    const found = JSON.parse(slipway('get', 'datasets', '-o', 'json').stdout) as { key: string }[];
    expect(found.map((artifact) => artifact.key)).toContain('predictions');
  });
});
