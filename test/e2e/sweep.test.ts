import { describe, expect, it } from 'vitest';
import { createFolder, type Json } from './slipway.ts';
import { score } from './sources.ts';

const trials = (data: Json): unknown[] => data.iterations.map((each: Json) => each.params.depth);

describe('a sweep', () => {
  it('tries every combination, the first parameter varying fastest, and takes over the best', async () => {
    const folder = createFolder({ 'score.ts': score });
    const { code, data } = await folder.json([
      'run',
      'score.ts',
      '-x',
      'depth=[2,4,8]',
      '-x',
      'leaf=[1,5]',
      '--selector',
      'max.accuracy',
      '--parallel',
      '2',
    ]);
    expect(code).toBe(0);
    expect(
      data.iterations.map((each: Json) => [each.iteration, each.params.depth, each.params.leaf]),
    ).toEqual([
      [1, 2, 1],
      [2, 4, 1],
      [3, 8, 1],
      [4, 2, 5],
      [5, 4, 5],
      [6, 8, 5],
    ]);
    expect(data).toMatchObject({
      state: 'completed',
      bestIteration: 2,
      failedIterations: 0,
      results: { accuracy: 0.99 },
    });
    expect((await folder.json(['get', 'runs'])).data).toHaveLength(1);
    expect((await folder.json(['get', 'runs', '--all'])).data).toHaveLength(7);
  });

  it('is shown as a table with the best marked', async () => {
    const folder = createFolder({ 'score.ts': score });
    const { stdout } = await folder.slipway([
      'run',
      'score.ts',
      '-x',
      'depth=[2,4]',
      '--selector',
      'accuracy',
    ]);
    expect(stdout).toContain('2 trials, best is trial 2');
    const described = await folder.slipway(['describe', '@last']);
    expect(described.stdout).toMatch(/^\*\s+2\s+4/m);
    const compared = await folder.slipway(['compare', '@last']);
    expect(compared.stdout).toMatch(/params\.depth\s+2\s+4/);
    expect(compared.stdout).toMatch(/accuracy.*0\.99 \*/);
  });

  it('reads its trials from CSV, by the schema, and from JSON', async () => {
    const folder = createFolder({
      'score.ts': score,
      'trials.csv': 'depth,scale\n4,log\n2,\n',
      'list.json': '[{"depth": 3}, {"depth": 5}]',
      'grid.json': '{"depth": [1, 2], "leaf": [1, 2]}',
    });
    const csv = await folder.json([
      'run',
      'score.ts',
      '--param-file',
      'trials.csv',
      '--selector',
      'max.accuracy',
    ]);
    expect(csv.code).toBe(0);
    expect(csv.data.iterations.map((each: Json) => [each.params.depth, each.results.scale])).toEqual([
      [4, 'log'],
      [2, 'linear'],
    ]);
    const list = await folder.json([
      'run',
      'score.ts',
      '--param-file',
      'list.json',
      '--selector',
      'max.accuracy',
    ]);
    expect(trials(list.data)).toEqual([3, 5]);
    const grid = await folder.json([
      'run',
      'score.ts',
      '--param-file',
      'grid.json',
      '--selector',
      'max.accuracy',
    ]);
    expect(grid.data.iterations).toHaveLength(4);
  });

  it('draws the same random trials for the same seed, none twice', async () => {
    const folder = createFolder({ 'score.ts': score });
    const args = [
      'run',
      'score.ts',
      '-x',
      'depth=[1,2,3,4,5]',
      '--strategy',
      'random',
      '--max-iterations',
      '4',
      '--seed',
      '3',
      '--selector',
      'max.accuracy',
    ];
    const [first, second] = [await folder.json(args), await folder.json(args)];
    expect(new Set(trials(first.data)).size).toBe(4);
    expect(trials(second.data)).toEqual(trials(first.data));
  });

  it('stops once a trial is good enough', async () => {
    const folder = createFolder({ 'score.ts': score });
    const { data, code } = await folder.json([
      'run',
      'score.ts',
      '-x',
      'depth=[4,1,2,3]',
      '--stop',
      'accuracy >= 0.95',
      '--selector',
      'max.accuracy',
    ]);
    expect(code).toBe(0);
    expect(data.iterations).toHaveLength(1);
  });

  it('stands as many failed trials as it was told to', async () => {
    const folder = createFolder({
      'f.ts': `export function f(ctx: unknown, { n }: { n: number }) { if (n === 2) throw new Error('two'); return { n }; }`,
    });
    const args = ['run', 'f.ts', '-x', 'n=[1,2,3]', '--selector', 'max.n'];
    const tolerant = await folder.json([...args, '--max-errors', '1']);
    expect(tolerant).toMatchObject({
      code: 0,
      data: { state: 'completed', failedIterations: 1, bestIteration: 3 },
    });
    expect(tolerant.data.iterations[1]).toMatchObject({
      state: 'error',
      error: { message: expect.stringContaining('two') },
    });
    const strict = await folder.json(args);
    expect(strict).toMatchObject({ code: 1, data: { state: 'error' } });
  });

  it.each([
    [['-x', 'depth=2,4'], 'depth=2,4'],
    [['-x', 'depth=[]'], 'depth'],
    [['-x', 'depth=[2]', '--stop', 'process.exit(1)'], 'process.exit'],
    [['-x', 'depth=["deep"]', '--selector', 'max.accuracy'], 'depth'],
    [['-x', 'dept=[2]', '-p', 'depth=1'], 'dept'],
    [['--param-file', 'ragged.csv'], 'line 3'],
    [['--param-file', 'ragged.txt'], '"ragged.txt", line 3'],
    [['-x', 'depth=[2]', '--strategy', 'custom'], 'custom'],
    [['--param-file', 'broken.json'], 'broken.json'],
    [['--param-file', 'wrong.csv'], 'depth'],
    [['-p', 'depth=1', '--selector', 'max.accuracy'], '--selector'],
  ])('refuses %j before the first trial', async (flags, text) => {
    const folder = createFolder({
      'score.ts': score,
      'ragged.csv': 'depth,leaf\n1,2\n3\n',
      'ragged.txt': 'depth,leaf\n1,2\n3\n',
      'broken.json': '[{',
      'wrong.csv': 'depth\ndeep\n',
    });
    const { code, data } = await folder.json(['run', 'score.ts', ...flags]);
    expect(data.error).toBeDefined();
    expect(code).toBe(2);
    expect(`${data.error.message} ${data.error.hint}`).toContain(text);
    expect((await folder.json(['get', 'runs', '--all'])).data).toEqual([]);
  });

  it('says which file of trials does not exist', async () => {
    const folder = createFolder({ 'score.ts': score });
    const { code, data } = await folder.json(['run', 'score.ts', '--param-file', 'gone.csv']);
    expect([code, data.error.code]).toEqual([3, 'FILE_NOT_FOUND']);
  });
});
