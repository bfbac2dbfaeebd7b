import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/core/digest.ts';
import { createTable } from '../../src/data/create-table.ts';
import { readTable } from '../../src/data/read-table.ts';
import type { ColumnType, Table, TableFormat, Value } from '../../src/data/table.ts';
import { encodeTable } from '../../src/data/write-table.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    'NA',
    'null',
    '007',
    '"',
    'a,b',
    'a;b',
    'a\nb',
    'a\r\nb',
    ' x ',

    '2020-01-01',
    'true',
    '\u0000',
  ),
);

const values: Readonly<Record<ColumnType, fc.Arbitrary<Value>>> = {
  string: text,
  integer: fc
    .oneof(
      fc.maxSafeInteger(),
      fc
        .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
        .map((value) =>
          BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value,
        ),
    )
    .map((value) => (value === 0 ? 0 : value)),
  number: fc.double({ noNaN: true }).map((value) => value + 0),
  boolean: fc.boolean(),
  timestamp: fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
};

const column = fc.constantFrom<ColumnType>('string', 'integer', 'number', 'boolean', 'timestamp');

/** Tables of typed columns with missing values, unicode and awkward names. */
const tables: fc.Arbitrary<{ table: Table; types: Record<string, ColumnType> }> = fc
  .tuple(
    fc.uniqueArray(
      fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
        fc.constantFrom('a', 'A', '"', 'x,y', 'a b'),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    fc.nat(12),
  )
  .filter(([names]) => names.every((name) => name.trim() !== '' && name !== '__proto__'))
  .chain(([names, rows]) =>
    fc.tuple(
      ...names.map((name) =>
        column.chain((type) =>
          fc.tuple(
            fc.constant(name),
            fc.constant(type),
            fc.array(fc.option(values[type], { freq: 4 }), { minLength: rows, maxLength: rows }),
          ),
        ),
      ),
    ),
  )
  .map((columns) => {
    const types = Object.fromEntries(columns.map(([name, type]) => [name, type]));
    const source = Object.fromEntries(columns.map(([name, , list]) => [name, list]));
    return { table: createTable({ columns: source }, { types }), types };
  });

describe('a table written and read again', () => {
  it.each<TableFormat>(['csv', 'tsv', 'json', 'ndjson', 'arrow', 'parquet'])(
    'is the same in %s',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(tables, async ({ table, types }) => {
          // rows of JSON carry the columns' names, so none means that no row has a value
          fc.pre(table.rowCount > 0 || !['json', 'ndjson'].includes(format));
          const bytes = await encodeTable(table, format);
          const read = await readTable(
            bytes,
            `x.${format}`,
            ['arrow', 'parquet'].includes(format) ? {} : { types },
          );
          expect(read.columns).toEqual(table.columns);
          expect(read.rows()).toEqual(table.rows());
          expect(digestBytes(await encodeTable(read, format))).toBe(digestBytes(bytes));
        }),
        { numRuns: format === 'parquet' ? 60 : 150 },
      );
    },
  );

  it.each<TableFormat>(['csv', 'tsv', 'arrow', 'parquet'])(
    'keeps its columns in %s when it has no rows',
    async (format) => {
      const empty = createTable([{ a: 1, b: 'x' }]).slice(0, 0);
      const read = await readTable(await encodeTable(empty, format), `x.${format}`);
      expect([read.rowCount, read.columns.map((column) => column.name)]).toEqual([0, ['a', 'b']]);
    },
  );

  it('refuses integers that a format cannot hold instead of rounding them', async () => {
    const table = createTable([{ id: 10n ** 40n }]);
    for (const format of ['arrow', 'parquet'] as const)
      await expect(encodeTable(table, format)).rejects.toMatchObject({
        code: 'TABLE_TYPE_MISMATCH',
        hint: expect.stringContaining('"id": "string"'),
      });
    const read = await readTable(await encodeTable(table, 'csv'), 'x.csv');
    expect(read.column('id')).toEqual([10n ** 40n]);
  });
});

describe('the bytes of a table', () => {
  const table = createTable({
    columns: {
      i: Array.from({ length: 150_000 }, (_, i) => (i % 7 ? i : null)),
      s: Array.from({ length: 150_000 }, (_, i) => `s${i % 1000}`),
      n: Array.from({ length: 150_000 }, (_, i) => i / 3),
    },
  });

  it.each(['parquet', 'arrow'] as const)(
    'are the same however often and at whatever time %s is written',
    async (format) => {
      const first = await encodeTable(table, format);
      const others = await Promise.all([encodeTable(table, format), encodeTable(table, format)]);
      for (const other of others) expect(digestBytes(other)).toBe(digestBytes(first));
      expect((await readTable(first, `x.${format}`)).rowCount).toBe(150_000);
    },
  );

  it('are the same in every process and on every machine', async () => {
    const small = createTable([
      { id: 1, name: 'Adelie', mass: 3750.5, tagged: true, at: new Date(0) },
      { id: 9007199254740993n, name: null, mass: null, tagged: null, at: null },
    ]);
    expect(digestBytes(await encodeTable(small, 'parquet'))).toMatchInlineSnapshot(
      `"sha256:a4af260eb92c4ab95d1b1e9e611a232bdce5d1ba1d753afad8b73491ab0a118c"`,
    );
    expect(digestBytes(await encodeTable(small, 'arrow'))).toMatchInlineSnapshot(
      `"sha256:e6766957ce65a445197f4d564d5f17dd9a1d06f19ecdb0b6c195fab01d9925bc"`,
    );
    expect(digestBytes(await encodeTable(small, 'csv'))).toMatchInlineSnapshot(
      `"sha256:96308cd3709a425a3b5097d41379d510f4628d86a9e3512fe91db1459e60572b"`,
    );
  });
});
