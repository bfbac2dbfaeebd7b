import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { createTable, isTable } from '../../src/data/create-table.ts';
import type { Table } from '../../src/data/table.ts';

const penguins = createTable([
  { species: 'Adelie', mass: 3750, tagged: true },
  { species: 'Gentoo', mass: null, tagged: false },
  { species: 'Chinstrap', mass: 3500.5 },
]);

describe('createTable', () => {
  it('takes rows, filling what they leave out with missing values', () => {
    expect(penguins.columns).toEqual([
      { name: 'species', type: 'string', nullable: false },
      { name: 'mass', type: 'number', nullable: true },
      { name: 'tagged', type: 'boolean', nullable: true },
    ]);
    expect(penguins.column('tagged')).toEqual([true, false, null]);
  });

  it('takes columns, typed arrays among them, and types that are given', () => {
    const table = createTable(
      { columns: { id: [1, 2], x: new Float64Array([0.5, Number.NaN]) as unknown as number[] } },
      { types: { id: 'string' } },
    );
    expect(table.rows()).toEqual([
      { id: '1', x: 0.5 },
      { id: '2', x: null },
    ]);
  });

  it('takes apache-arrow tables, and values of another realm', () => {
    const source = arrow.tableFromArrays({ n: Float64Array.from([1.5, 2]), s: ['a', 'b'] });
    expect(createTable(source).rows()).toEqual([
      { n: 1.5, s: 'a' },
      { n: 2, s: 'b' },
    ]);
    const rows = runInNewContext('[{ at: new Date(5), n: 1n }]') as object[];
    expect(createTable([...rows]).row(0)).toEqual({ at: new Date(5), n: 1 });
  });

  it('takes NaN, undefined and invalid dates as missing, and nested values as JSON text', () => {
    const table = createTable([{ a: Number.NaN, b: undefined, c: new Date(Number.NaN), d: { x: [1n] } }]);
    expect(table.row(0)).toEqual({ a: null, b: null, c: null, d: '{"x":["1"]}' });
  });

  it.each([
    [[{ a: 1 }, { a: 'x' }], 'TABLE_TYPE_MISMATCH', 'integer at row 1, string ("x") at row 2'],
    [[1, 2], 'INVALID_TABLE', 'row 1 of the table is of type number'],
    [[{ a: 1 }, null], 'INVALID_TABLE', 'row 2 of the table is null'],
    [{ columns: { a: [1], b: [1, 2] } }, 'INVALID_TABLE', 'column "b" has 2 values'],
    [{ columns: { a: 5 } }, 'INVALID_TABLE', 'column "a" is of type number'],
    ['text', 'INVALID_TABLE', 'cannot be made of a value of type string'],
  ])('refuses %j', (source, code, message) => {
    expect(() => createTable(source as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) }),
    );
  });
});

describe('a table', () => {
  it('gives new tables and stays as it is', () => {
    const changed = penguins
      .withColumn('kilograms', [3.75, null, 3.5005])
      .drop(['tagged'])
      .filter((row) => row.mass !== null)
      .select(['kilograms', 'species']);
    expect(changed.rows()).toEqual([
      { kilograms: 3.75, species: 'Adelie' },
      { kilograms: 3.5005, species: 'Chinstrap' },
    ]);
    expect(changed.columns[0]).toEqual({ name: 'kilograms', type: 'number', nullable: false });
    expect(penguins.rowCount).toBe(3);
    expect(penguins.columns.map((column) => column.name)).toEqual(['species', 'mass', 'tagged']);
  });

  it('takes rows by position and slices as arrays do', () => {
    expect(penguins.take([2, 0, 0]).column('species')).toEqual(['Chinstrap', 'Adelie', 'Adelie']);
    expect(penguins.slice(-2).column('species')).toEqual(['Gentoo', 'Chinstrap']);
    expect(penguins.slice(1, 2).rowCount).toBe(1);
    expect(penguins.select([]).slice(1).rowCount).toBe(2);
    expect(() => penguins.take([3])).toThrow(expect.objectContaining({ code: 'ROW_NOT_FOUND' }));
    expect(() => penguins.row(-1)).toThrow(expect.objectContaining({ code: 'ROW_NOT_FOUND' }));
  });

  it('names the nearest column when one does not exist', () => {
    for (const use of [
      (table: Table) => table.column('spceies'),
      (table: Table) => table.select(['spceies']),
      (table: Table) => table.drop(['spceies']),
    ])
      expect(() => use(penguins)).toThrow(
        expect.objectContaining({ code: 'COLUMN_NOT_FOUND', hint: 'did you mean "species"?' }),
      );
  });

  it('refuses columns of another length and values of another type', () => {
    expect(() => penguins.withColumn('x', [1])).toThrow('has 1 values where the table has 3 rows');
    expect(() => penguins.withColumn('x', ['a', 'b', 'c'], 'integer')).toThrow('which is no integer');
    expect(penguins.withColumn('x', [1, 2, 3], 'string').column('x')).toEqual(['1', '2', '3']);
  });

  it('becomes the same apache-arrow table each time it is asked', async () => {
    const first = await penguins.toArrow<arrow.Table>();
    expect(first.numRows).toBe(3);
    expect(first.getChild('species')?.toArray()).toEqual(['Adelie', 'Gentoo', 'Chinstrap']);
    expect(await penguins.toArrow()).toBe(first);
    expect(createTable(first).rows()).toEqual(penguins.rows());
  });

  it('prints its size, columns, types and first rows', () => {
    expect(inspect(penguins)).toMatchInlineSnapshot(`
      "Table 3 rows × 3 columns
      species      mass  tagged
      string     number  boolean
      Adelie       3750  true
      Gentoo          –  false
      Chinstrap  3500.5  –"
    `);
    expect(JSON.parse(JSON.stringify(penguins))).toMatchObject({ slipwayType: 'table', rowCount: 3 });
  });

  it('is recognised by its brand, and keeps columns with awkward names', () => {
    expect([isTable(penguins), isTable({ slipwayType: 'table' }), isTable([]), isTable(null)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const table = createTable({
      columns: Object.fromEntries([
        ['__proto__', [1]],
        ['constructor', [2]],
      ]),
    });
    expect(Object.entries(table.row(0))).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });
});
