import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseHubItem } from '../../src/hub/hub-item.ts';
import { listHub } from '../../src/hub/list-hub.ts';
import { renderCatalogTypes } from './render-catalog-types.ts';

const valid = `apiVersion: slipway/v1
kind: HubItem
name: my-item
version: 1.0.0
description: Does it.
categories: [data]
handler: run
examples: []
labels: {}
licence: Apache-2.0
`;

describe('item.yaml', () => {
  it('is read into what the hub shows', () => {
    expect(parseHubItem(valid, 'item.yaml')).toMatchObject({
      name: 'my-item',
      version: '1.0.0',
      handler: 'run',
    });
  });

  it.each([
    ['version: 1.0', 'version: 1.0.0', 'version', 4],
    ['name: My Item', 'name: my-item', 'name', 3],
    ['handler: "a b"', 'handler: run', 'handler', 7],
    ['categories: []', 'categories: [data]', 'categories', 6],
  ])('names entry and line where %s is wrong', (wrong, right, entry, line) => {
    expect(() => parseHubItem(valid.replace(right, wrong), 'x/item.yaml')).toThrow(
      expect.objectContaining({
        code: 'INVALID_HUB_ITEM',
        message: expect.stringContaining(`"${entry}" in "x/item.yaml"`),
        location: { file: 'x/item.yaml', line },
      }),
    );
  });

  it('refuses keys that nobody reads, missing ones, and text that is no YAML', () => {
    for (const text of [`${valid}colour: red\n`, valid.replace('licence: Apache-2.0\n', ''), 'a: [\n', ''])
      expect(() => parseHubItem(text, 'item.yaml')).toThrow(
        expect.objectContaining({ code: 'INVALID_HUB_ITEM' }),
      );
  });
});

describe('the catalog', () => {
  it('has the functions of the main job, each complete: source, documentation, example, test', async () => {
    const items = await listHub();
    expect(items.map((item) => item.name)).toEqual([
      'aggregate',
      'batch-predict',
      'describe',
      'evaluate',
      'load-dataset',
      'train-classifier',
    ]);
    for (const { directory, name, examples } of items) {
      for (const file of ['function.ts', 'item.yaml', 'README.md', 'example.ts', `${name}.test.ts`])
        expect(existsSync(path.join(directory, file)), `${name}/${file}`).toBe(true);
      const readme = await readFile(path.join(directory, 'README.md'), 'utf8');
      expect(readme).toContain(`importFunction('hub://${name}')`);
      expect(readme).toContain(`slipway run hub://${name}`);
      expect(examples.length).toBeGreaterThan(0);
    }
  });

  it('has its types in src/hub/catalog-types.ts, as its signatures are now', async () => {
    await expect(await renderCatalogTypes()).toMatchFileSnapshot('../../src/hub/catalog-types.ts');
  });

  it('documents every parameter in the README of its function', async () => {
    for (const { directory, handler } of await listHub()) {
      const readme = await readFile(path.join(directory, 'README.md'), 'utf8');
      const source = await readFile(path.join(directory, 'function.ts'), 'utf8');
      const comment = source.slice(0, source.indexOf(`function ${handler}(`));
      const names = [...comment.matchAll(/@param (\w+)/g)].map((match) => match[1]);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(readme, `${handler}: ${name}`).toContain(`| \`${name}\` |`);
    }
  });
});
