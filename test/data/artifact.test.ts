import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createUid } from '../../src/core/id.ts';
import type { Artifact, Dataset, Model } from '../../src/data/artifact.ts';
import { createTable } from '../../src/data/create-table.ts';
import { digestOf } from '../../src/data/digest-of.ts';
import { isArtifact } from '../../src/data/open-artifact.ts';
import { openDataItem } from '../../src/data/open-data-item.ts';
import { resolveInput } from '../../src/data/resolve-input.ts';
import { saveArtifact, saveDataset, saveModel, savePlot, saveTable } from '../../src/data/save-artifact.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunWriter } from '../../src/tracking/store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
const directory = path.join(folder, '.slipway');
const store = openLocalStore({ directory, project: 'demo' });
const run: RunWriter = store.createRun({
  uid: createUid(),
  name: 'make',
  project: 'demo',
  runKind: 'run',
  params: {},
  inputs: {},
  labels: {},
});
const target = (key: string) => ({ project: 'demo', producer: run.uid, key });
const local = (name: string, content: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
};
/** What the runtime does after saving. */
const record = <T extends Artifact>(artifact: T): T => {
  run.append({ kind: 'artifact', artifact: artifact.record });
  return artifact;
};
const staged = (): readonly string[] => {
  const root = path.join(directory, 'tmp');
  return existsSync(root) ? readdirSync(root) : [];
};

describe('files as artifacts', () => {
  it.each([
    ['note', 'text', 'note.txt', 'text/plain; charset=utf-8', 'text'],
    ['report.html', '<p>x</p>', 'report.html', 'text/html; charset=utf-8', '<p>x</p>'],
    ['raw', Buffer.from([1, 2]), 'raw.bin', 'application/octet-stream', '\u0001\u0002'],
    [
      'sub/config',
      { json: { a: 2n ** 60n, b: Number.NaN } },
      'config.json',
      'application/json',
      '{\n  "a": "1152921504606846976",\n  "b": "NaN"\n}\n',
    ],
    ['copied', { path: local('in/x.csv', 'a\n1\n') }, 'x.csv', 'text/csv; charset=utf-8', 'a\n1\n'],
  ])('%s gets its name, media type and URI from its content', async (key, content, name, mediaType, text) => {
    const artifact = await saveArtifact(store, target(key), content);
    expect(artifact.record).toMatchObject({ key, kind: 'file', files: [name], mediaType, producer: run.uid });
    expect(artifact.url).toBe(`store://demo/${key}@${artifact.record.digest}`);
    expect(artifact.name).toBe(name);
    expect(await artifact.text()).toBe(text);
    expect(path.basename(await artifact.local())).toBe(name);
    expect(staged()).toEqual([]);
  });

  it('of equal content keep their own names', async () => {
    const first = await saveArtifact(store, target('one.txt'), 'same content');
    const second = await saveArtifact(store, target('two.csv'), 'same content');
    expect(second.record.digest).toBe(first.record.digest);
    expect(path.basename(await second.local())).toBe('two.csv');
    expect((await second.table()).columns[0]?.name).toBe('same content');
  });

  it('can be read only, print well and are their reference in JSON', async () => {
    const artifact = await saveArtifact(store, target('note'), 'text');
    await expect(artifact.put('x')).rejects.toMatchObject({ code: 'DATA_READ_ONLY' });
    expect(isArtifact(artifact)).toBe(true);
    expect(inspect(artifact)).toBe(`File note (text, 4 B)\n${artifact.url}`);
    const { key, kind, uri, digest } = artifact.record;
    expect(JSON.parse(JSON.stringify(artifact))).toEqual({ key, kind, uri, digest });
  });

  it.each([
    ['../x', 'INVALID_NAME'],
    ['/x', 'INVALID_NAME'],
    ['a b', 'INVALID_NAME'],
  ])('refuse the key %j', async (key, code) => {
    await expect(saveArtifact(store, target(key), 'x')).rejects.toMatchObject({ code });
  });

  it.each(['../x', '/etc/x', 'a/../../x', 'a\\b', '', 'a//b', 'x\0'])(
    'refuse the file name %j',
    async (name) => {
      await expect(saveArtifact(store, target('x'), 'x', { name })).rejects.toMatchObject({
        code: 'INVALID_ARTIFACT_CONTENT',
        hint: expect.any(String),
      });
      expect(staged()).toEqual([]);
    },
  );

  it.each([undefined, null, 5, {}, { path: '' }])('refuse the content %j', async (content) => {
    await expect(saveArtifact(store, target('x'), content as never)).rejects.toMatchObject({
      code: 'INVALID_ARTIFACT_CONTENT',
    });
  });

  it('leave nothing behind when the file does not exist', async () => {
    await expect(saveArtifact(store, target('x'), { path: '/does/not/exist' })).rejects.toMatchObject({
      code: 'DATA_NOT_FOUND',
    });
    expect(staged()).toEqual([]);
  });
});

describe('folders as artifacts', () => {
  it('keep their files and follow links that stay inside', async () => {
    local('dir/a.txt', 'a');
    local('dir/sub/b.txt', 'b');
    symlinkSync('../a.txt', path.join(folder, 'dir/sub/link.txt'));
    const artifact = await saveArtifact(store, target('folder'), { path: path.join(folder, 'dir') });
    expect(artifact.record).toMatchObject({ kind: 'dir', files: ['a.txt', 'sub/b.txt', 'sub/link.txt'] });
    expect(await artifact.ls()).toEqual(['a.txt', 'sub/b.txt', 'sub/link.txt']);
    expect(readFileSync(path.join(await artifact.local(), 'sub/link.txt'), 'utf8')).toBe('a');
    await expect(artifact.get()).rejects.toMatchObject({ code: 'DATA_UNREADABLE' });
    record(artifact);
    expect(await openDataItem('store://demo/folder#sub/b.txt', { store }).text()).toBe('b');
  });

  it('refuse links that lead out or in circles', async () => {
    local('out/a.txt', 'a');
    symlinkSync('/etc/passwd', path.join(folder, 'out/secret'));
    await expect(saveArtifact(store, target('x'), { path: path.join(folder, 'out') })).rejects.toMatchObject({
      code: 'INVALID_ARTIFACT_CONTENT',
      message: expect.stringContaining('leads out of the folder'),
    });
    local('loop/a.txt', 'a');
    symlinkSync('.', path.join(folder, 'loop/again'));
    await expect(saveArtifact(store, target('x'), { path: path.join(folder, 'loop') })).rejects.toMatchObject(
      {
        message: expect.stringContaining('contains itself'),
      },
    );
    expect(staged()).toEqual([]);
  });
});

describe('datasets', () => {
  const rows = [
    { species: 'Adelie', mass: 3750, at: new Date(0) },
    { species: 'Gentoo', mass: null, at: null },
  ];

  it('record schema, size, preview, statistics and label column', async () => {
    const dataset = await saveDataset(store, target('penguins'), rows, {
      labelColumn: 'species',
      preview: 1,
    });
    expect(dataset.labelColumn).toBe('species');
    expect(dataset.schema).toEqual([
      { name: 'species', type: 'string', nullable: false },
      { name: 'mass', type: 'integer', nullable: true },
      { name: 'at', type: 'timestamp', nullable: true },
    ]);
    expect(dataset.record.metadata).toMatchObject({
      rowCount: 2,
      format: 'parquet',
      preview: [{ species: 'Adelie', mass: 3750, at: '1970-01-01T00:00:00.000Z' }],
      statistics: {
        rowCount: 2,
        columns: [{ name: 'species', top: expect.any(Array) }, { name: 'mass' }, { name: 'at' }],
      },
    });
    expect((await dataset.table()).rows()).toEqual(rows);
    expect(inspect(dataset)).toContain('Dataset penguins (2 rows, 3 columns, label "species"');
    expect(JSON.parse(JSON.stringify(dataset.record))).toEqual(dataset.record);
  });

  it('of the same rows have the same digest', async () => {
    const first = await saveDataset(store, target('d'), rows);
    const second = await saveDataset(store, target('d'), createTable(rows));
    expect(second.record.digest).toBe(first.record.digest);
  });

  it.each(['csv', 'tsv', 'json', 'ndjson', 'arrow'] as const)('can be written as %s', async (format) => {
    const dataset = await saveDataset(store, target('formats'), [{ a: 1, b: 'x' }], {
      format,
      statistics: false,
    });
    expect(dataset.record.files).toEqual([`formats.${format}`]);
    expect(dataset.record.metadata).not.toHaveProperty('statistics');
    expect((await dataset.table()).rows()).toEqual([{ a: 1, b: 'x' }]);
  });

  it('refuse a label column that is not there, no columns, and an unknown format', async () => {
    await expect(saveDataset(store, target('d'), rows, { labelColumn: 'spceies' })).rejects.toMatchObject({
      code: 'LABEL_COLUMN_NOT_FOUND',
      hint: 'did you mean "species"?',
    });
    await expect(saveDataset(store, target('d'), [])).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
    await expect(saveDataset(store, target('d'), rows, { format: 'xlsx' as never })).rejects.toMatchObject({
      code: 'INVALID_TABLE',
    });
    expect(staged()).toEqual([]);
  });

  it('keep the records of wide tables and long texts small', async () => {
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`c${i}`, 'x'.repeat(1000)]));
    const dataset = await saveDataset(store, target('wide'), [wide]);
    expect(dataset.schema).toHaveLength(300);
    expect(dataset.record.metadata?.describedColumns).toBe(100);
    expect(JSON.stringify(dataset.record.metadata).length).toBeLessThan(120_000);
    expect((await dataset.table()).row(0)).toEqual(wide);
  });

  it('are found again by their URI, as data item and as typed input', async () => {
    const dataset = record(await saveDataset(store, target('again'), rows, { labelColumn: 'species' }));
    const item = openDataItem('store://demo/again', { store, key: 'data' });
    expect((await item.table()).rowCount).toBe(2);
    expect(item.url).toBe(dataset.url);
    expect(item.name).toBe('again.parquet');
    expect(await digestOf(item)).toEqual({ digest: dataset.record.digest, size: dataset.record.size });
    const input = (await resolveInput('store://demo/again', { store, key: 'data' })) as Dataset;
    expect([input.key, input.artifactKind, input.labelColumn]).toEqual(['data', 'dataset', 'species']);
    await expect(openDataItem('store://demo/agian', { store }).get()).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
  });
});

describe('models', () => {
  const trainingSet = [
    { mass: 1.5, island: 'x', species: 'b' },
    { mass: 2.5, island: 'y', species: 'a' },
  ];
  const predictor = {
    apiVersion: 'slipway/v1',
    type: 'linear',
    features: [{ column: 'mass', type: 'number' }],
    classes: ['a', 'b'],
    weights: [[0], [1]],
    bias: [0, 0],
  };

  it('are folders with files, predictor.json and model.yaml', async () => {
    const model = record(
      await saveModel(store, target('classifier'), {
        files: { 'weights/w.json': { json: [1] }, 'readme.txt': 'hello' },
        predictor,
        algorithm: 'logistic',
        trainingSet,
        labelColumn: 'species',
        metrics: { accuracy: 0.97, loss: Number.NaN },
        parameters: { depth: 3, skip: undefined },
      }),
    );
    expect(model.record.files).toEqual(['model.yaml', 'predictor.json', 'readme.txt', 'weights/w.json']);
    expect(model.manifest).toMatchObject({
      apiVersion: 'slipway/v1',
      kind: 'Model',
      framework: 'slipway-predictor',
      algorithm: 'logistic',
      files: ['predictor.json', 'readme.txt', 'weights/w.json'],
      signature: {
        inputs: [{ name: 'mass', type: 'number' }],
        outputs: [{ name: 'species', type: 'string', classes: ['a', 'b'] }],
      },
      metrics: { accuracy: 0.97, loss: 'NaN' },
      parameters: { depth: 3 },
      trainingProfile: { rowCount: 2 },
    });
    expect(parse(await model.file('model.yaml').text())).toEqual(model.manifest);
    expect(await model.file('predictor.json').json()).toEqual(predictor);
    expect(model.file('readme.txt').url).toBe(`${model.url}#readme.txt`);
    await expect(model.file('readme.md').get()).rejects.toMatchObject({
      code: 'DATA_NOT_FOUND',
      hint: 'did you mean "readme.txt"?',
    });
    expect(inspect(model)).toContain('Model classifier (logistic, slipway-predictor, accuracy 0.97');
    const again = (await resolveInput('store://demo/classifier', { store })) as Model;
    expect(again.manifest).toEqual(model.manifest);
  });

  it('take a folder, and infer a signature from the training set alone', async () => {
    local('trained/net.bin', 'x');
    const model = await saveModel(store, target('net'), {
      directory: path.join(folder, 'trained'),
      framework: 'own',
      trainingSet,
      labelColumn: 'species',
    });
    expect(model.manifest).toMatchObject({
      framework: 'own',
      files: ['net.bin'],
      signature: {
        inputs: [
          { name: 'mass', type: 'number' },
          { name: 'island', type: 'string' },
        ],
        outputs: [{ name: 'species', classes: ['a', 'b'] }],
      },
    });
  });

  it.each([
    [{}, 'INVALID_MODEL', 'has no files'],
    [{ files: { 'model.yaml': 'x' } }, 'INVALID_MODEL', 'that Slipway writes itself'],
    [{ files: { '../x': 'x' } }, 'INVALID_ARTIFACT_CONTENT', 'not allowed'],
    [{ predictor: { type: 'linear' } }, 'INVALID_PREDICTOR', 'model "bad"'],
    [{ predictor, trainingSet, labelColumn: 'sepcies' }, 'LABEL_COLUMN_NOT_FOUND', 'sepcies'],
    [{ directory: '/does/not/exist' }, 'DATA_NOT_FOUND', '/does/not/exist'],
  ])('refuse %j', async (options, code, message) => {
    await expect(saveModel(store, target('bad'), options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
    expect(staged()).toEqual([]);
  });
});

describe('plots', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  it.each([
    ['<svg xmlns="x"><g/></svg>', 'curve.svg', 'image/svg+xml'],
    ['<?xml version="1.0"?>\n<!-- made -->\n<svg/>', 'curve.svg', 'image/svg+xml'],
    [png, 'curve.png', 'image/png'],
    ['<!DOCTYPE html><html></html>', 'curve.html', 'text/html; charset=utf-8'],
    ['<div>x</div>', 'curve.html', 'text/html; charset=utf-8'],
    [{ mark: 'bar', data: { values: [] } }, 'curve.vl.json', 'application/vnd.vegalite.v5+json'],
    [
      '{"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "layer": []}',
      'curve.vl.json',
      'application/vnd.vegalite.v6+json',
    ],
  ])('are recognised by their content: %j', async (plot, name, mediaType) => {
    const artifact = await savePlot(store, target('curve'), plot, { title: 'Curve' });
    expect(artifact.record).toMatchObject({
      kind: 'plot',
      files: [name],
      mediaType,
      metadata: { title: 'Curve' },
    });
  });

  it.each([
    ['just text', 'is neither SVG, PNG, HTML nor'],
    ['', 'is neither'],
    ['<svg><g>', 'is an SVG that is cut off'],
    [png.subarray(0, 40), 'is a PNG that is cut off'],
    [Buffer.from([0xff, 0xd8, 0xff]), 'is neither'],
    [{ x: 1 }, 'is no Vega-Lite specification'],
    [{ $schema: 'https://vega.github.io/schema/vega/v5.json', marks: [] }, "which is not Vega-Lite's"],
    ['{"mark": ', 'is no JSON'],
    [[1], 'is neither'],
  ])('that cannot be shown are refused: %j', async (plot, message) => {
    await expect(savePlot(store, target('bad'), plot as never)).rejects.toMatchObject({
      code: 'INVALID_PLOT',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });

  it('can be saved as artifacts of kind plot, from a file too', async () => {
    const file = local('plot.svg', '<svg></svg>');
    const artifact = await saveArtifact(store, target('drawn'), { path: file }, { kind: 'plot' });
    expect(artifact.record).toMatchObject({ kind: 'plot', mediaType: 'image/svg+xml' });
  });
});

describe('tables as artifacts', () => {
  it('are CSV with schema and preview, from rows, JSON or a file', async () => {
    const direct = await saveTable(store, target('trials'), [{ a: 1 }, { a: 2 }], { metadata: { best: 2 } });
    expect(direct.record).toMatchObject({
      kind: 'table',
      files: ['trials.csv'],
      metadata: { rowCount: 2, best: 2 },
    });
    const json = await saveArtifact(
      store,
      target('trials'),
      { json: [{ a: 1 }, { a: 2 }] },
      { kind: 'table' },
    );
    expect(json.record.digest).toBe(direct.record.digest);
    const named = await saveArtifact(store, target('t'), 'a;b\n1;2\n', {
      kind: 'table',
      name: 't.json',
    }).catch((error) => error);
    expect(named).toMatchObject({ code: 'TABLE_MALFORMED' });
    const text = await saveArtifact(store, target('t'), 'a;b\n1;2\n', { kind: 'table' });
    expect((await text.table()).rows()).toEqual([{ a: 1, b: 2 }]);
  });
});
