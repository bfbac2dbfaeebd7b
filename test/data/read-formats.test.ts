import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createTable } from '../../src/data/create-table.ts';
import { readTable } from '../../src/data/read-table.ts';
import { encodeTable, writeTable } from '../../src/data/write-table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
const failure = (promise: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('reading JSON and NDJSON', () => {
  it('reads rows with different keys, nested values as JSON text, and big integers exactly', async () => {
    const table = await readTable(
      bytes('[{"a": 9007199254740993, "n": {"x": [1]}}, {"b": "2020-01-02T00:00:00Z"}, {"a": 1, "b": null}]'),
      'x.json',
    );
    expect(table.columns.map(({ name, type }) => [name, type])).toEqual([
      ['a', 'integer'],
      ['n', 'string'],
      ['b', 'timestamp'],
    ]);
    expect(table.column('a')).toEqual([9007199254740993n, null, 1]);
    expect(table.column('n')).toEqual(['{"x":[1]}', null, null]);
    expect(table.column('b')).toEqual([null, new Date('2020-01-02T00:00:00Z'), null]);
  });

  it.each([
    ['x.json', '[\n  {"a": 1},\n  {"a": }\n]', 'line 3, column 9: expected a value'],
    ['x.json', '[\n {"a": 1}', 'line 2, column 10: the text ends too early'],
    ['x.ndjson', '{"a":1}\n\n{"a":oops}\n', 'line 3, column 6: expected a value'],
    ['x.ndjson', '{"a":1}\n[2]\n', 'line 2: a row must be an object'],
    ['x.json', '[{"a":1}, 2]', 'element 2: a row must be an object'],
  ])('names the place of an error in %s %j', async (name, text, message) => {
    const error = await failure(readTable(bytes(text), name));
    expect(error.code).toBe('TABLE_MALFORMED');
    expect(error.message).toBe(`"${name}", ${message}`);
  });

  it('tells JSON from NDJSON, tables from other JSON, and refuses emptiness', async () => {
    expect((await failure(readTable(bytes('{"a":1}\n{"a":2}\n'), 'x.json'))).hint).toContain('ndjson');
    expect((await failure(readTable(bytes('{"a":1}'), 'x.json'))).message).toContain(
      'not an array of objects',
    );
    expect(await failure(readTable(bytes(' \n'), 'x.json'))).toMatchObject({ code: 'DATASET_EMPTY' });
    expect((await readTable(bytes('[]'), 'x.json')).rowCount).toBe(0);
  });

  it('refuses a number late in a column of other things, naming the line', async () => {
    const lines = Array.from({ length: 1500 }, (_, i) => (i === 1200 ? '{"a":true}' : `{"a":${i}}`));
    const error = await failure(readTable(bytes(lines.join('\n')), 'x.ndjson'));
    expect(error.code).toBe('TABLE_TYPE_MISMATCH');
    expect(error.message).toContain('line 1201 of "x.ndjson"');
  });

  it('reads numbers beside NaN and Infinity as text as numbers', async () => {
    const table = await readTable(bytes('[{"a":1.5},{"a":"NaN"},{"a":"-Infinity"}]'), 'x.json');
    expect(table.column('a')).toEqual([1.5, null, -Infinity]);
  });
});

describe('reading Parquet and Arrow', () => {
  const table = createTable([
    { a: 1, s: 'x' },
    { a: 2, s: null },
  ]);

  it.each(['parquet', 'arrow'] as const)(
    'refuses %s that is cut off anywhere, without native noise',
    async (format) => {
      const whole = await encodeTable(table, format);
      for (const length of [1, 7, 40, Math.floor(whole.length / 2), whole.length - 1]) {
        const error = await failure(readTable(whole.subarray(0, length), `x.${format}`));
        expect(error.code, `${length} bytes`).toBe('TABLE_MALFORMED');
        expect(error.message).toContain(`"x.${format}"`);
        expect(error.message).not.toMatch(/\n|LINE 1|SELECT|\/tmp/);
        expect(error.hint).toBeTruthy();
      }
      expect(await failure(readTable(new Uint8Array(), `x.${format}`))).toMatchObject({
        code: 'DATASET_EMPTY',
      });
    },
  );

  it('refuses text under the name of a binary format', async () => {
    expect(await failure(readTable(bytes('a,b\n1,2\n'), 'x.parquet'))).toMatchObject({
      code: 'TABLE_MALFORMED',
    });
    expect(await failure(readTable(bytes('a,b\n1,2\n'), 'x.arrow'))).toMatchObject({
      code: 'TABLE_MALFORMED',
    });
  });

  it('reads Parquet from paths with characters that mean something elsewhere', async () => {
    const file = path.join(folder, "it's [1]*? k=v.parquet");
    await writeTable(table, file);
    expect((await readTable(file)).rows()).toEqual(table.rows());
  });

  it('refuses folders and places that cannot be written', async () => {
    const blocked = path.join(folder, 'a-file');
    writeFileSync(blocked, '');
    for (const format of ['parquet', 'csv'] as const) {
      await expect(readTable(folder, 'x', { format })).rejects.toMatchObject({ code: 'DATA_UNREADABLE' });
      await expect(writeTable(table, path.join(blocked, `x.${format}`))).rejects.toThrow(blocked);
    }
  });

  it('reads only the columns asked for', async () => {
    const read = await readTable(await encodeTable(table, 'parquet'), 'x.parquet', { columns: ['s'] });
    expect(read.rows()).toEqual([{ s: 'x' }, { s: null }]);
    const error = await failure(readTable(await encodeTable(table, 'arrow'), 'x.arrow', { columns: ['t'] }));
    expect(error.code).toBe('COLUMN_NOT_FOUND');
  });

  it('reads a real file of 3 million flights by column', async () => {
    const file = new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url);
    const read = await readTable(file.pathname, 'flights.parquet', { columns: ['delay'] });
    expect(read.rowCount).toBe(3_000_000);
  });
});

describe('gzip by name', () => {
  it('reads and writes every format under .gz, the same bytes each time', async () => {
    const table = createTable([{ a: 1, s: 'é' }]);
    for (const name of ['x.csv.gz', 'x.ndjson.gz', 'x.arrow.gz', 'x.parquet.gz', 'x.json.gz', 'x.tsv.gz']) {
      const file = path.join(folder, name);
      await writeTable(table, file);
      const first = readFileSync(file);
      await writeTable(table, file);
      expect(readFileSync(file).equals(first), name).toBe(true);
      expect((await readTable(file)).rows(), name).toEqual(table.rows());
    }
  });

  it('refuses gzip data that is cut off or no gzip data', async () => {
    const file = path.join(folder, 'cut.csv.gz');
    writeFileSync(file, gzipSync('a,b\n1,2\n').subarray(0, 20));
    expect((await failure(readTable(file))).message).toContain('ends too early');
    expect((await failure(readTable(bytes('a\n1\n'), 'x.csv.gz'))).message).toContain('is not gzip data');
  });
});
