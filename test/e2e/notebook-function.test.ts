import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { notebookFunction } from '../../src/notebook-function.ts';
import { pipeline } from '../../src/pipeline-handle.ts';

/** A project folder that the process stands in while the test runs. */
function enterProject(
  cells: readonly { readonly source: string; readonly tags?: readonly string[] }[],
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-notebook-'));
  const before = process.cwd();
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(before, path.join(folder, 'node_modules', 'slipway'));
  const code = cells.map(({ source, tags = [] }, at) => ({
    cell_type: 'code',
    id: `c${at}`,
    execution_count: null,
    metadata: { tags },
    outputs: [],
    source,
  }));
  writeFileSync(
    path.join(folder, 'score.ipynb'),
    JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
  );
  process.chdir(folder);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

const scoring = [
  { source: "let weight = 1;\nlet since = new Date('2020-01-01');", tags: ['parameters'] },
  {
    source:
      "import { getOrCreateContext } from 'slipway';\nconst ctx = await getOrCreateContext('score');\nctx.logResult('score', weight * 10);\nctx.logResult('year', since.getUTCFullYear());",
  },
];

it('a notebook is a function that runs with its own tracked params, and a step of a pipeline', async () => {
  const folder = enterProject(scoring);
  const score = await notebookFunction('score.ipynb');
  const run = await score.run({ params: { weight: 3, since: new Date('2023-07-01') } });
  expect(run.results).toEqual({ score: 30, year: 2023 });
  expect(run.record.params).toEqual({ weight: 3, since: '2023-07-01T00:00:00.000Z' });

  const twice = pipeline('twice', (_p, { weight = 2 }: { weight?: number }) => {
    const first = score.as('first')({ weight });
    const second = score.as('second')({ weight: first.score });
    return { score: second.score };
  });
  const done = await twice.run({ params: { weight: 4 }, runtime: 'inline' });
  expect(done.outputs).toEqual({ score: 400 });
  expect(existsSync(path.join(folder, '.slipway'))).toBe(true);
});

it('what with and sweep say counts for a run too, unless the call says otherwise', async () => {
  enterProject(scoring);
  const score = await notebookFunction('score.ipynb');
  const own = {
    runtime: 'process',
    labels: { team: 'birds', kind: 'try' },
    env: { A: '1' },
    timeoutMs: 1,
  } as const;
  const { record } = await score.with(own).run({ labels: { kind: 'real' }, timeout: '5m' });
  expect(record).toMatchObject({ runtime: 'process', labels: { team: 'birds', kind: 'real' } });
  await expect(score.with(own).run()).rejects.toMatchObject({ code: 'RUN_TIMEOUT' });
  // a function that is to look so on a cluster may run here as well
  const inline = await score.with({ kubernetes: { requests: { cpu: 1 } } }).run({ runtime: 'inline' });
  expect(inline.record.runtime).toBe('inline');
  const sweep = score.sweep({ hyperparams: { weight: [1, 5] }, selector: 'max.score' });
  const best = await sweep.run();
  expect([best.results.score, best.iterations?.length]).toEqual([50, 2]);
}, 300_000);

it('a failing notebook fails the run and keeps the executed notebook', async () => {
  enterProject([{ source: "throw new Error('no data');" }]);
  const broken = await notebookFunction('score.ipynb');
  await expect(broken.run()).rejects.toMatchObject({
    code: 'NOTEBOOK_CELL_FAILED',
    location: { notebook: 'score.ipynb', cell: 1, line: 1 },
  });
  const run = await broken.run({ throwOnFailure: false });
  const [executed] = run.record.artifacts;
  expect(executed?.key).toBe('executed-notebook');
});

it('outputs, counts and metadata do not change its digest, a cell does', async () => {
  const folder = enterProject(scoring);
  const file = path.join(folder, 'score.ipynb');
  const { digest } = await notebookFunction('score.ipynb');
  const notebook = JSON.parse(readFileSync(file, 'utf8')) as { cells: Record<string, unknown>[] };
  const executed = { output_type: 'stream', name: 'stdout', text: 'x' };
  Object.assign(notebook.cells[1] ?? {}, { execution_count: 9, outputs: [executed] });
  writeFileSync(file, JSON.stringify(notebook));
  expect((await notebookFunction('score.ipynb')).digest).toBe(digest);
  Object.assign(notebook.cells[1] ?? {}, { source: '1' });
  writeFileSync(file, JSON.stringify(notebook));
  expect((await notebookFunction('score.ipynb')).digest).not.toBe(digest);
});
