import { describe, expect, it } from 'vitest';
import { createFolder, type Folder, type Json } from './slipway.ts';
import { score } from './sources.ts';

async function threeRuns(): Promise<Folder> {
  const folder = createFolder({ 'score.ts': score });
  for (const [depth, team] of [
    [2, 'a'],
    [4, 'b'],
    [8, 'a'],
  ] as const) {
    const { code } = await folder.json([
      'run',
      'score.ts',
      '-p',
      `depth=${depth}`,
      '-l',
      `team=${team}`,
      '--name',
      `d${depth}`,
    ]);
    expect(code).toBe(0);
  }
  return folder;
}

const names = (answer: { readonly data: Json }): unknown[] => answer.data.map((run: Json) => run.name);

describe('finding runs', () => {
  it('by the search language, labels, order and limit', async () => {
    const folder = await threeRuns();
    const find = async (...flags: string[]): Promise<unknown[]> =>
      names(await folder.json(['get', 'runs', ...flags]));
    expect(await find()).toEqual(['d8', 'd4', 'd2']);
    expect(await find('--filter', 'metrics.accuracy > 0.7')).toEqual(['d4', 'd2']);
    expect(await find('--filter', "params.depth in (2, 8) and labels.team = 'a'")).toEqual(['d8', 'd2']);
    expect(await find('--filter', "name = 'd4' or (params.depth >= 8 and labels.team = 'a')")).toEqual([
      'd8',
      'd4',
    ]);
    expect(await find('--filter', "name like 'd%' and params.scale ilike 'LIN%'")).toHaveLength(3);
    expect(await find('--filter', 'metrics.nothing > 0')).toEqual([]);
    expect(await find('-l', 'team=a')).toEqual(['d8', 'd2']);
    expect(await find('--order-by', 'metrics.accuracy desc', '--limit', '2')).toEqual(['d4', 'd2']);
  });

  it('refuses a filter it cannot read and says where it went wrong', async () => {
    const folder = createFolder();
    const { code, stderr } = await folder.slipway(['get', 'runs', '--filter', 'metrics.accuracy >']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: filter cannot be read/);
    expect(stderr).toMatch(/^hint: /m);
  });

  it('shows tables, wide tables, YAML and names', async () => {
    const folder = await threeRuns();
    const table = await folder.slipway(['get', 'runs']);
    const [head, first] = table.stdout.split('\n');
    expect(head).toMatch(/^UID +NAME +STATE +STARTED +TOOK +RESULTS/);
    expect(first).toMatch(/^[0-9a-z]{14,26} +d8 +completed +.*(ago|just now).* accuracy=0\.59/);
    expect((await folder.slipway(['get', 'runs', '-o', 'wide'])).stdout).toContain('depth=8');
    expect((await folder.slipway(['get', 'runs', '-o', 'yaml'])).stdout).toMatch(/^- uid: /);
    const uids = (await folder.slipway(['get', 'runs', '-o', 'name'])).stdout.trim().split('\n');
    expect(uids).toHaveLength(3);
    const narrow = await folder.slipway(['get', 'runs'], { COLUMNS: '70' });
    for (const line of narrow.stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(70);
    const short = first?.split(' ')[0] ?? '';
    expect((await folder.json(['get', 'run', short])).data.name).toBe('d8');
  });

  it('describes a run, and knows its metrics point by point', async () => {
    const folder = await threeRuns();
    const described = await folder.slipway(['describe', 'run', '@last']);
    for (const text of ['d8 completed', 'depth', 'accuracy', 'team', 'score.ts', 'node v'])
      expect(described.stdout).toContain(text);
    const points = await folder.json(['get', 'metrics', '@last']);
    expect(points.data).toEqual([
      { key: 'accuracy', step: null, time: expect.any(String), value: 0.59, context: {} },
    ]);
    expect((await folder.json(['get', 'metrics', '@last', '--key', 'loss'])).data).toEqual([]);
    expect((await folder.json(['get', 'metrics'])).code).toBe(2);
  });

  it('compares: only what differs, the best marked', async () => {
    const folder = await threeRuns();
    const { data } = await folder.json(['compare', '--filter', "name like 'd%'"]);
    expect(data.runs.map((run: Json) => run.name)).toEqual(['d8', 'd4', 'd2']);
    const params = data.rows.filter((row: Json) => row.kind === 'param');
    expect(params.map((row: Json) => row.key)).toEqual(['depth']);
    expect(data.rows.find((row: Json) => row.key === 'accuracy')).toMatchObject({ best: 1, better: 'max' });
    expect((await folder.slipway(['compare', '@last'])).code).toBe(2);
  });

  it('says what to do when there is nothing, on stderr', async () => {
    const folder = createFolder();
    const runs = await folder.slipway(['get', 'runs']);
    expect(runs).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('slipway run') });
    expect((await folder.slipway(['ps'])).stderr).toContain('nothing is running');
    expect((await folder.slipway(['get', 'models'])).stderr).toContain('no models');
    expect((await folder.json(['get', 'artifacts'])).data).toEqual([]);
    const missing = await folder.slipway(['describe', '@last']);
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toMatch(/^error: .*\nhint: /);
  });
});
