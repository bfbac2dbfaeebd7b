import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/core/digest.ts';
import type { DataStore } from '../../src/data/data-item.ts';
import { registerDataStore } from '../../src/data/data-store.ts';
import { digestOf } from '../../src/data/digest-of.ts';
import { openDataItem } from '../../src/data/open-data-item.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
const file = (name: string, content: string | Uint8Array): string => {
  const target = path.join(folder, name);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  return target;
};

describe('a data item on a file', () => {
  it('reads text, JSON, bytes, ranges and tables of a path relative to the base folder', async () => {
    file('sub/data.csv', 'a,b\n1,x\n');
    const item = openDataItem('sub/data.csv', { baseDirectory: folder, key: 'input' });
    expect([item.key, item.name, item.url]).toEqual([
      'input',
      'data.csv',
      pathToFileURL(path.join(folder, 'sub/data.csv')).href,
    ]);
    expect(await item.text()).toBe('a,b\n1,x\n');
    expect(Buffer.from(await item.get({ offset: 2, length: 3 })).toString()).toBe('b\n1');
    expect(await item.get({ offset: 100 })).toHaveLength(0);
    expect((await item.table()).rows()).toEqual([{ a: 1, b: 'x' }]);
    expect(await item.local()).toBe(path.join(folder, 'sub/data.csv'));
    expect(await item.stat()).toMatchObject({ size: 8, isDirectory: false, modifiedAt: expect.any(String) });
    expect(await openDataItem(file('x.json', '{"a": [1]}')).json()).toEqual({ a: [1] });
  });

  it('takes names with spaces, percent signs and hashes, and file URLs', async () => {
    const target = file('a #1 50%.txt', 'x');
    expect(openDataItem(target).name).toBe('a #1 50%.txt');
    expect(await openDataItem(target).text()).toBe('x');
    expect(await openDataItem(pathToFileURL(target)).text()).toBe('x');
  });

  it('replaces the content whole, and lists folders', async () => {
    const item = openDataItem(path.join(folder, 'new/deep/file.txt'));
    await item.put('one');
    await item.put(Buffer.from('two'));
    expect(readFileSync(await item.local(), 'utf8')).toBe('two');
    const parent = openDataItem(path.join(folder, 'new/deep'));
    expect(await parent.ls()).toEqual(['file.txt']);
    expect(await parent.stat()).toMatchObject({ isDirectory: true });
    await expect(parent.get()).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      hint: expect.stringContaining('ls()'),
    });
  });

  it('says what does not exist and which name beside it was probably meant', async () => {
    file('penguins.csv', 'a\n1\n');
    const item = openDataItem('penguin.csv', { baseDirectory: folder });
    for (const use of ['get', 'text', 'table', 'local', 'stat'] as const)
      await expect(item[use]()).rejects.toMatchObject({
        code: 'DATA_NOT_FOUND',
        kind: 'not-found',
        message: `"${path.join(folder, 'penguin.csv')}" does not exist`,
        hint: 'did you mean "penguins.csv"?',
      });
  });

  it('names the place of an error in JSON and refuses bytes as text', async () => {
    await expect(openDataItem(file('bad.json', '{\n"a": }')).json()).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining('line 2, column 6'),
    });
    await expect(openDataItem(file('latin.txt', Buffer.from([0x61, 0xe9]))).text()).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
    });
  });

  it('prints as what it is and becomes its URI in JSON', () => {
    const item = openDataItem('/data/x.csv');
    expect(inspect(item)).toBe('DataItem x.csv: file:///data/x.csv');
    expect(JSON.stringify({ item })).toBe('{"item":{"uri":"file:///data/x.csv"}}');
  });
});

describe('a data item in memory', () => {
  it('is read where it was put, by any item of that name', async () => {
    await openDataItem('memory://tables/x.csv').put('a\n1\n');
    const item = openDataItem('memory://tables/x.csv');
    expect((await item.table()).rows()).toEqual([{ a: 1 }]);
    expect(readFileSync(await item.local(), 'utf8')).toBe('a\n1\n');
    await openDataItem('memory://tables/x.csv').put('a\n2\n');
    expect((await item.table()).rows()).toEqual([{ a: 2 }]);
    expect(readFileSync(await item.local(), 'utf8')).toBe('a\n2\n');
    expect(Buffer.from(await item.get({ offset: 2, length: 1 })).toString()).toBe('2');
    await expect(openDataItem('memory://tables/y.csv').get()).rejects.toMatchObject({
      code: 'DATA_NOT_FOUND',
      hint: 'did you mean "memory://tables/x.csv"?',
    });
  });
});

describe('references to data', () => {
  it.each([
    ['', 'is empty'],
    ['ftp://host/x', 'nothing is registered for "ftp:"'],
    ['https://user:secret@host/x', 'carries a user name or password'],
    ['store://project/key', 'no store was given'],
    ['http://[', 'is no valid URL'],
    ['a\0b', 'NUL'],
  ])('refuses %j', (reference, message) => {
    expect(() => openDataItem(reference)).toThrow(
      expect.objectContaining({
        code: 'INVALID_DATA_REFERENCE',
        message: expect.stringContaining(message),
        hint: expect.any(String),
      }),
    );
  });

  it('names the schemes there are, and only what a user can do', () => {
    expect(() => openDataItem('ftp://host/x')).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/^use file:, http:, https:, memory:.*, store: or a path$/),
      }),
    );
  });

  it('keeps passwords out of the message', () => {
    expect(() => openDataItem('https://user:secret@host/x')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  it('gives an item back as it is', () => {
    const item = openDataItem('x.csv');
    expect(openDataItem(item)).toBe(item);
  });

  it('reads other schemes through stores that are registered', async () => {
    const bytes = Buffer.from('a,b\n1,2\n');
    const store: DataStore = {
      schemes: ['bucket'],
      writable: false,
      stat: async () => ({ size: bytes.length, isDirectory: false }),
      read: async () => bytes,
      stream: async () =>
        (async function* () {
          yield bytes;
        })(),
    };
    registerDataStore(store);
    const item = openDataItem('bucket://my-bucket/folder/x.csv');
    expect(item.name).toBe('x.csv');
    expect((await item.table()).rows()).toEqual([{ a: 1, b: 2 }]);
    expect(readFileSync(await item.local())).toEqual(bytes);
    expect(await digestOf(item)).toEqual({ digest: digestBytes(bytes), size: 8 });
    await expect(item.put('x')).rejects.toMatchObject({ code: 'DATA_READ_ONLY' });
  });
});

describe('digests of inputs', () => {
  it('are those of the bytes, and of the listing for a folder', async () => {
    const target = file('digest/x.txt', 'hello');
    expect(await digestOf(openDataItem(target))).toEqual({ digest: digestBytes('hello'), size: 5 });
    expect(await digestOf(openDataItem(path.dirname(target)))).toMatchObject({
      digest: expect.stringMatching(/^sha256:/),
      size: 5,
    });
    await expect(digestOf(openDataItem('/does/not/exist'))).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });
});
