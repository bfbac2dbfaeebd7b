import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeCells, notebooksFolder } from './notebook-folder.ts';
import { displayed } from './shown.ts';
import { type CellOutcome, TslabSession } from './tslab-session.ts';

const notebooks = readdirSync('notebooks').filter((name) => name.endsWith('.ipynb'));

/** Runs a notebook of this repository in a copy of its project, with a store of its own, and some more code at the end. */
async function runNotebook(
  name: string,
  last: string,
): Promise<{ outcomes: CellOutcome[]; end: CellOutcome }> {
  const folder = notebooksFolder();
  const directory = path.join(folder, 'notebooks');
  const session = new TslabSession({ directory, env: { SLIPWAY_HOME: path.join(folder, 'store') } });
  try {
    const outcomes: CellOutcome[] = [];
    for (const cell of codeCells(path.join(directory, name))) outcomes.push(await session.run(cell));
    return { outcomes, end: await session.run(last) };
  } finally {
    await session.close();
  }
}

/** What cells said on stderr, log lines apart. */
function complaints(outcomes: readonly CellOutcome[]): readonly string[] {
  return outcomes
    .flatMap(({ stderr }) => stderr.split('\n'))
    .filter((line) => line !== '' && !/^\d{4}-\S+ info /.test(line));
}

describe('the shipped notebooks', () => {
  it.each(notebooks)('%s is stored without outputs, for tslab, with an id in every cell', (name) => {
    const { cells, metadata } = JSON.parse(readFileSync(path.join('notebooks', name), 'utf8')) as {
      cells: readonly { id?: string; cell_type: string; outputs?: unknown[]; execution_count?: unknown }[];
      metadata: { kernelspec: { name: string } };
    };
    expect(metadata.kernelspec.name).toBe('tslab');
    expect(new Set(cells.map((cell) => cell.id)).size).toBe(cells.length);
    for (const cell of cells.filter((each) => each.cell_type === 'code'))
      expect(cell).toMatchObject({ outputs: [], execution_count: null });
  });

  it('penguins.ipynb trains a classifier that is right about at least 95 % of penguins it has not seen', async () => {
    const { outcomes, end } = await runNotebook(
      'penguins.ipynb',
      'console.log(JSON.stringify([fn.report.source, report.results.accuracy]))',
    );
    expect(complaints(outcomes)).toEqual([]);
    const [source, accuracy] = JSON.parse(end.stdout) as [string, number];
    expect(source).toBe('notebooks/penguins.ipynb');
    expect(accuracy).toBeGreaterThanOrEqual(0.95);
  });

  it('getting-started.ipynb fits, runs, fails where it says so, finds and predicts', async () => {
    const { outcomes, end } = await runNotebook(
      'getting-started.ipynb',
      'console.log(JSON.stringify([byFlipper.results.explained, apart.results.explained, good.length, failed.state]))',
    );
    expect(complaints(outcomes)).toEqual([]);
    expect(JSON.parse(end.stdout)).toEqual([expect.closeTo(0.759, 3), expect.closeTo(0.759, 3), 2, 'error']);
    expect(outcomes.flatMap((outcome) => [...displayed(outcome), outcome.stdout]).join('\n')).toMatch(
      / {2}error {6}.*wing_span_mm.*\n {2}at {9}.*getting-started\.ipynb, cell 4, line \d+\n/,
    );
  });

  it('hyper-parameters.ipynb sweeps in a grid, at random and in a search of its own', async () => {
    const { outcomes, end } = await runNotebook(
      'hyper-parameters.ipynb',
      'console.log(JSON.stringify([grid.iterations.length, grid.results.accuracy >= one.results.accuracy, random.iterations.map((trial) => trial.state[0]).join(""), climbed.iterations.length > 1, trials.length]))',
    );
    expect(complaints(outcomes)).toEqual([]);
    expect(JSON.parse(end.stdout)).toEqual([12, true, 'cecccc', true, 5]);
  });

  it('pipeline.ipynb wires, decides and says where a pipeline failed and where a model comes from', async () => {
    const { outcomes, end } = await runNotebook(
      'pipeline.ipynb',
      "console.log(JSON.stringify([first.outputs.left_out, first.outputs.knn > 0.95, strict.steps.map((step) => step.id + ' ' + step.state).slice(-2), failed.steps.map((step) => step.state), lineage.edges.length > 2]))",
    );
    expect(complaints(outcomes)).toEqual([]);
    expect(JSON.parse(end.stdout)).toEqual([
      6,
      true,
      ['keep skipped', 'reject completed'],
      ['completed', 'error', 'skipped'],
      true,
    ]);
    expect(outcomes.flatMap((outcome) => displayed(outcome)).join('\n')).toContain(
      '"train.parquet" has no label column "specis"',
    );
  });

  it('hub.ipynb goes from raw rows to predictions with functions of the hub alone', async () => {
    const { outcomes, end } = await runNotebook(
      'hub.ipynb',
      'console.log(JSON.stringify([best.iterations.length, report.results.accuracy, predictions.rowCount, predictions.has("prediction"), runs.length]))',
    );
    expect(complaints(outcomes)).toEqual([]);
    const [trials, accuracy, ...rest] = JSON.parse(end.stdout) as [number, number, ...unknown[]];
    expect(trials).toBe(4);
    expect(accuracy).toBeGreaterThanOrEqual(0.9);
    expect(rest).toEqual([45, true, 5]);
  });
});
