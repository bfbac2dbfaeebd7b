import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';
import { catalogDirectory } from '../../src/hub/list-hub.ts';
import { readLockfile } from '../../src/hub/lockfile.ts';
import { lockHubFunctions, resolveHubFunction } from '../../src/hub/resolve-hub.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-resolve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const options = { root: folder, cacheDirectory: path.join(folder, 'cache') };

describe('resolveHubFunction', () => {
  it('gives a packaged function with version, description, contract and bundle', async () => {
    const { spec, bundle } = await resolveHubFunction('hub://train-classifier', options);
    expect(spec.metadata).toMatchObject({
      name: 'train-classifier',
      version: '1.0.0',
      categories: ['training'],
    });
    expect(spec.spec).toMatchObject({
      source: 'hub://train-classifier:1.0.0',
      defaultHandler: 'trainClassifier',
      digest: bundle.digest,
    });
    const parameters = spec.spec.handlers.trainClassifier?.parameters ?? [];
    expect(parameters.find(({ name }) => name === 'data')).toMatchObject({ role: 'input', required: true });
    expect(parameters.find(({ name }) => name === 'algorithm')).toMatchObject({
      role: 'param',
      default: 'random-forest',
      schema: { enum: ['decision-tree', 'random-forest', 'knn', 'logistic'] },
      doc: 'how to learn',
    });
    expect(spec.spec.handlers.trainClassifier?.results.map(({ name }) => name)).toContain('accuracy');
  });

  it('packages every function of the catalog, and none twice', async () => {
    for (const name of ['aggregate', 'batch-predict', 'describe', 'evaluate', 'load-dataset']) {
      const first = await resolveHubFunction(`hub://${name}`, options);
      const again = await resolveHubFunction(`hub://${name}:1.0.0`, options);
      expect(again.spec).toEqual(first.spec);
      expect(again.report.reused).toBe(true);
    }
  });

  it('packages from an installed package, with the same digest as from the repository', async () => {
    const root = mkdtempSync(path.join(folder, 'installed-'));
    const home = path.join(root, 'node_modules', 'slipway');
    const catalog = path.join(home, 'src', 'hub', 'catalog');
    cpSync(catalogDirectory(), catalog, { recursive: true });
    cpSync(path.join(packageRoot(), 'package.json'), path.join(home, 'package.json'));
    const installed = await resolveHubFunction('hub://evaluate', {
      root,
      cacheDirectory: path.join(root, 'cache'),
      catalog,
    });
    const { spec } = await resolveHubFunction('hub://evaluate', options);
    expect(installed.spec.spec.digest).toBe(spec.spec.digest);
  });

  it('names the nearest function, or the version that exists', async () => {
    await expect(resolveHubFunction('hub://descripe', options)).rejects.toMatchObject({
      code: 'HUB_ITEM_NOT_FOUND',
      kind: 'not-found',
      hint: 'did you mean "hub://describe"?',
    });
    await expect(resolveHubFunction('hub://xgboost-gpu', options)).rejects.toMatchObject({
      hint: expect.stringContaining('aggregate, batch-predict'),
    });
    await expect(resolveHubFunction('hub://describe:3.0.0', options)).rejects.toMatchObject({
      code: 'HUB_ITEM_NOT_FOUND',
      message: expect.stringContaining('3.0.0'),
      hint: expect.stringContaining('1.0.0'),
    });
  });
});

describe('a lock', () => {
  it('pins version and digest, keeps what was locked before, and refuses a function that changed', async () => {
    const root = mkdtempSync(path.join(folder, 'project-'));
    const catalog = path.join(root, 'catalog');
    cpSync(catalogDirectory(), catalog, { recursive: true });
    const changed = { root, cacheDirectory: path.join(root, 'cache'), catalog };
    await lockHubFunctions(['hub://aggregate'], changed);
    await lockHubFunctions(['hub://describe'], changed);
    const lockfile = await readLockfile(root);
    const { spec } = await resolveHubFunction('hub://aggregate', changed);
    expect(lockfile?.hub.aggregate).toEqual({ version: '1.0.0', digest: spec.spec.digest });
    expect(Object.keys(lockfile?.hub ?? {})).toEqual(['aggregate', 'describe']);

    const source = path.join(catalog, 'aggregate', 'group-table.ts');
    writeFileSync(source, readFileSync(source, 'utf8').replace('|| a - b', '|| b - a'));
    await expect(resolveHubFunction('hub://aggregate', changed)).rejects.toMatchObject({
      code: 'HUB_DIGEST_MISMATCH',
      message: expect.stringContaining('"aggregate"'),
    });
    await lockHubFunctions(['hub://aggregate'], changed);
    await expect(resolveHubFunction('hub://aggregate', changed)).resolves.toBeDefined();
  });
});
