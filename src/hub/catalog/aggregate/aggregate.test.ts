import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from '../../../../test/hub/run-item.ts';

const bench: Bench = openBench();
afterAll(() => bench.close());

const penguins = path.join(import.meta.dirname, '..', 'load-dataset', 'data', 'penguins.csv');

describe('aggregate', () => {
  it('groups rows and leaves missing values out of the figures', async () => {
    const run = await bench.run('aggregate', {
      inputs: { data: penguins },
      params: {
        groupBy: ['species'],
        metrics: ['body_mass_g'],
        functions: ['mean', 'std', 'count', 'min', 'max'],
      },
    });
    expect(run.results).toMatchObject({ rowCount: 3, groupCount: 3 });
    expect(await bench.rows(run, 'aggregated')).toEqual([
      expect.objectContaining({
        species: 'Adelie',
        body_mass_g_mean: expect.closeTo(3700.662252, 6),
        body_mass_g_std: expect.closeTo(458.566126, 6),
        body_mass_g_count: 151,
        body_mass_g_min: 2850,
        body_mass_g_max: 4775,
      }),
      expect.objectContaining({ species: 'Chinstrap', body_mass_g_mean: expect.closeTo(3733.088235, 6) }),
      expect.objectContaining({ species: 'Gentoo', body_mass_g_mean: expect.closeTo(5076.01626, 6) }),
    ]);
  });

  it('takes all number columns and one group when nothing is named', async () => {
    const data = bench.file('plain.csv', 'a,b,c\n1,x,10\n3,y,\n');
    const run = await bench.run('aggregate', { inputs: { data }, params: { functions: ['sum'] } });
    expect(await bench.rows(run, 'aggregated')).toEqual([{ a_sum: 4, c_sum: 10 }]);
  });

  it('rolls a window over each group in the order of a column, full windows only unless partial', async () => {
    const data = bench.file('days.csv', 'city,day,rain\nx,2,4\ny,1,10\nx,1,2\nx,3,9\ny,2,20\n');
    const params = { groupBy: ['city'], metrics: ['rain'], window: 2, orderBy: 'day' };
    const full = await bench.run('aggregate', { inputs: { data }, params });
    expect((await bench.rows(full, 'aggregated')).map((row) => row.rain_mean_2)).toEqual([
      3,
      null,
      null,
      6.5,
      15,
    ]);
    const partial = await bench.run('aggregate', { inputs: { data }, params: { ...params, partial: true } });
    expect((await bench.rows(partial, 'aggregated')).map((row) => row.rain_mean_2)).toEqual([
      3, 10, 2, 6.5, 15,
    ]);
  });

  it('keeps a missing key as a group of its own', async () => {
    const data = bench.file('keys.csv', 'k,v\na,1\n,2\n,3\n');
    const run = await bench.run('aggregate', {
      inputs: { data },
      params: { groupBy: ['k'], functions: ['count'] },
    });
    expect(await bench.rows(run, 'aggregated')).toEqual([
      { k: 'a', v_count: 1 },
      { k: null, v_count: 2 },
    ]);
  });

  it('refuses unknown functions, windows of no rows, text metrics and unknown columns', async () => {
    const fail = async (params: Record<string, number | string[]>) =>
      (await bench.run('aggregate', { inputs: { data: penguins }, params })).error;
    expect(await fail({ functions: ['median'] })).toMatchObject({ code: 'INVALID_PARAMS' });
    expect(await fail({ functions: [] })).toMatchObject({ code: 'UNUSABLE_SETTING' });
    expect(await fail({ window: 0 })).toMatchObject({ code: 'UNUSABLE_SETTING' });
    expect(await fail({ metrics: ['island'] })).toMatchObject({
      code: 'UNUSABLE_DATA',
      message: expect.stringContaining('"island"'),
    });
    expect(await fail({ metrics: ['body_mass'] })).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    expect(await fail({ groupBy: ['kind'] })).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
  });
});
