import { describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/read-table.ts';
import type { ReadTableOptions, Table } from '../../src/data/table.ts';

const read = (text: string | Uint8Array, options: ReadTableOptions = {}, name = 'data.csv'): Promise<Table> =>
  readTable(typeof text === 'string' ? Buffer.from(text) : text, name, options);

const failure = async (
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; hint?: string }> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );

const types = (table: Table): Record<string, string> =>
  Object.fromEntries(table.columns.map((column) => [column.name, column.type]));

describe('reading CSV', () => {
  it('infers integers, numbers, booleans, times and text from whole columns', async () => {
    const table = await read(
      'i,n,b,d,t,s\n1,1.5,true,2020-01-02,2020-01-02T03:04:05.678Z,x\n-2,1e3,FALSE,1999-12-31,1970-01-01 00:00:00+02:00,2020-01-02\n',
    );
    expect(types(table)).toEqual({
      i: 'integer',
      n: 'number',
      b: 'boolean',
      d: 'timestamp',
      t: 'timestamp',
      s: 'string',
    });
    expect(table.row(1)).toEqual({
      i: -2,
      n: 1000,
      b: false,
      d: new Date('1999-12-31T00:00:00Z'),
      t: new Date('1969-12-31T22:00:00Z'),
      s: '2020-01-02',
    });
  });

  it('takes byte order mark, CRLF, CR, quotes, embedded line breaks and a missing last line end', async () => {
    const table = await read('\ufeff"a ""b""",c\r\n"x,\r\ny",1\r\n"é😀",2');
    expect(table.columns.map((column) => column.name)).toEqual(['a "b"', 'c']);
    expect(table.rows()).toEqual([
      { 'a "b"': 'x,\r\ny', c: 1 },
      { 'a "b"': 'é😀', c: 2 },
    ]);
    expect((await read('a,b\r1,2\r3,4\r')).rowCount).toBe(2);
  });

  it.each([
    [',', 'a,b\n1,"x;y;z"\n'],
    [';', 'a;b\n1,5;2,5\n'],
    ['tab', 'a\tb\n1\t2\n'],
    ['|', 'a|b\n1|2\n'],
  ])('finds the delimiter %s', async (_name, text) => {
    expect((await read(text)).columns.map((column) => column.name)).toEqual(['a', 'b']);
  });

  it('takes the given delimiter, and a tab for .tsv', async () => {
    expect((await read('a:b\n1:2\n', { delimiter: ':' })).row(0)).toEqual({ a: 1, b: 2 });
    expect((await read('a,b\n1,2\n', {}, 'x.tsv')).columns).toHaveLength(1);
  });

  it('takes empty, NA, NaN and null as missing unless told otherwise', async () => {
    const table = await read('n,s\n1,a\n,\nNA,NA\nNaN,NaN\nnull,null\n');
    expect(table.column('n')).toEqual([1, null, null, null, null]);
    expect(table.column('s')).toEqual(['a', null, null, null, null]);
    expect(table.columns).toEqual([
      { name: 'n', type: 'integer', nullable: true },
      { name: 's', type: 'string', nullable: true },
    ]);
    expect((await read('s\nNA\n-\n', { missing: ['-'] })).column('s')).toEqual(['NA', null]);
  });

  it('keeps text in quotes that looks missing, but only in columns of text', async () => {
    const table = await read('s,n\n"",""\n"NA","NA"\nx,3\n');
    expect(table.column('s')).toEqual(['', 'NA', 'x']);
    expect(table.column('n')).toEqual([null, null, 3]);
  });

  it('keeps leading zeros as text', async () => {
    const table = await read('zip,id\n007,0\n123,10\n');
    expect(table.column('zip')).toEqual(['007', '123']);
    expect(table.column('id')).toEqual([0, 10]);
  });

  it('keeps every digit of integers beyond 2^53', async () => {
    const table = await read('id\n9007199254740991\n9007199254740993\n-123456789012345678901234567890\n');
    expect(table.column('id')).toEqual([
      9007199254740991,
      9007199254740993n,
      -123456789012345678901234567890n,
    ]);
    expect(table.columns[0]?.type).toBe('integer');
  });

  it('refuses decimals among integers that a number cannot hold', async () => {
    const error = await failure(read('id\n9007199254740993\n0.5\n'));
    expect(error).toMatchObject({ code: 'TABLE_TYPE_MISMATCH' });
    expect(error.message).toContain('line 2 of "data.csv"');
  });

  it('reads a header without rows, and names unnamed columns by position', async () => {
    const table = await read('a,,c\n');
    expect([table.rowCount, table.columns.map((column) => column.name)]).toEqual([0, ['a', 'column_2', 'c']]);
  });

  it('keeps an empty line of a single column as a missing value, and skips it elsewhere', async () => {
    expect((await read('a\n1\n\n2\n')).column('a')).toEqual([1, null, 2]);
    expect((await read('a,b\n1,2\n\n3,4\n\n')).rowCount).toBe(2);
  });

  it('reads only the columns asked for, with the types asked for', async () => {
    const table = await read('a,b,c\n1,x,3\n2,y,4\n', { columns: ['c', 'a'], types: { a: 'string' } });
    expect(table.rows()).toEqual([
      { c: 3, a: '1' },
      { c: 4, a: '2' },
    ]);
    expect(await failure(read('alpha,b\n1,2\n', { columns: ['alhpa'] }))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      hint: 'did you mean "alpha"?',
    });
  });
});

describe('CSV that is wrong', () => {
  it.each([
    ['a,b\n1,2\n3\n', 'line 3: 1 field where the header has 2'],
    ['a,b\n"x\ny",2\n1,2,3\n', 'line 4: 3 fields where the header has 2'],
    ['a,b,a\n1,2,3\n', 'line 1: column "a" occurs twice, as column 1 and 3'],
    ['a,b\n1,2\n"x,2\n3,4\n', 'line 3: a field that begins with a double quote is never closed'],
    ['a,b\n1,2\n"x"y,2\n', 'line 3: text follows a closing double quote'],
    ['a,b\n1,2\nx"y,2\n', 'line 3: a double quote stands inside'],
  ])('names the line in %j', async (text, message) => {
    const error = await failure(read(text));
    expect(error).toMatchObject({ code: 'TABLE_MALFORMED', hint: expect.any(String) });
    expect(error.message).toBe(
      `"data.csv", ${message}`.replace('inside', 'inside a field that is not quoted'),
    );
  });

  it('refuses text that comes late in a column of numbers, naming line, column and value', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => (i === 8998 ? 'oops' : String(i)));
    const error = await failure(read(`x,n\n${rows.map((n) => `a,${n}`).join('\n')}\n`));
    expect(error.code).toBe('TABLE_TYPE_MISMATCH');
    expect(error.message).toBe(
      '"data.csv", line 9000: column "n" holds "oops" where the first 1000 rows hold type integer',
    );
    expect(error.hint).toContain('types: { "n": "string" }');
  });

  it('widens integers to numbers when decimals come late, and to text when text comes early', async () => {
    const late = Array.from({ length: 3000 }, (_, i) => (i === 2500 ? '0.5' : String(i)));
    expect((await read(`n\n${late.join('\n')}\n`)).columns[0]?.type).toBe('number');
    expect((await read('n\n1\nx\n')).column('n')).toEqual(['1', 'x']);
  });

  it('refuses leading zeros that come late in a column of integers', async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => (i === 1400 ? '007' : '7'));
    expect((await failure(read(`n\n${rows.join('\n')}\n`))).message).toContain('line 1402');
  });

  it('infers the type of a column that starts with 1000 missing values from the values that follow', async () => {
    const table = await read(`a,n\n${'x,\n'.repeat(1200)}x,1\nx,2\n`);
    expect(types(table)).toEqual({ a: 'string', n: 'integer' });
  });

  it('refuses an empty file', async () => {
    expect(await failure(read(''))).toMatchObject({ code: 'DATASET_EMPTY' });
    expect(await failure(read('\n \n'))).toMatchObject({ code: 'DATASET_EMPTY' });
  });

  it('refuses text that is not UTF-8 and names the line; takes UTF-16 with a byte order mark', async () => {
    const latin = Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.from([0xe9]), Buffer.from(',3\n')]);
    expect((await failure(read(latin))).message).toBe('"data.csv", line 3: the text is not UTF-8');
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\n1,é\n', 'utf16le')]);
    expect((await read(wide)).row(0)).toEqual({ a: 1, b: 'é' });
  });

  it('says what a binary file under a .csv name is', async () => {
    const error = await failure(read(Buffer.from('PAR1xxxxxx')));
    expect(error.hint).toContain('Parquet');
  });

  it('refuses a name that tells no format', async () => {
    expect(await failure(read('a\n1\n', {}, 'data.txt'))).toMatchObject({ code: 'UNKNOWN_TABLE_FORMAT' });
  });

  it('refuses days that do not exist as times', async () => {
    expect((await read('d\n2021-02-28\n2021-02-30\n')).columns[0]?.type).toBe('string');
  });
});
