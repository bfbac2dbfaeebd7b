import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSlipwayError, type SlipwayError } from '../../src/core/error.ts';
import { findProject } from '../../src/projects/find-project.ts';
import { parseProject } from '../../src/projects/parse-project.ts';
import { renderProject } from '../../src/projects/render-project.ts';

const folder = (): string => mkdtempSync(path.join(tmpdir(), 'slipway-projects-'));

function problemsOf(text: string): SlipwayError {
  try {
    parseProject(text, '/demo/project.yaml');
  } catch (error) {
    if (isSlipwayError(error)) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const full = `# the project
name: demo
description: all of it
params: { seed: 7, nested: { a: [ 1, null ] } }
functions:
  - name: train # from a notebook
    source: notebooks/train.ipynb
    handler: train
    options: { timeoutMs: 1000, retry: { retries: 2 }, resources: { memory: 1000000 } }
  - { name: describe, source: 'hub://describe:1.0.0' }
pipelines:
  - { name: main, file: main.pipeline.ts, export: main, params: { depth: 3 }, onFailure: continue }
artifacts:
  - { key: data/rows, path: data/rows.csv, kind: dataset }
  - { key: remote, path: 'https://example.org/a.csv' }
runtime: process
cache: { mode: off }
schedules:
  - { name: nightly, pipeline: main, cron: '0 3 * * *', timezone: Europe/Berlin, catchUp: last }
notifications: [ { name: team, kind: slack, when: [ error ], secret: SLACK_URL } ]
gates: []
secrets:
`;

describe('project.yaml', () => {
  it('is read with everything it may have', () => {
    const spec = parseProject(full, 'project.yaml');
    expect(spec).toMatchObject({
      name: 'demo',
      params: { seed: 7, nested: { a: [1, null] } },
      functions: [{ name: 'train', options: { retry: { retries: 2 } } }, { source: 'hub://describe:1.0.0' }],
      pipelines: [{ name: 'main', onFailure: 'continue' }],
    });
    expect(spec).not.toHaveProperty('secrets');
  });

  it('lists every problem at once, with line, column and the nearest key', () => {
    const error = problemsOf(`name: my project
pipelnes: []
functions:
  - name: train
    sorce: train.ts
pipelines:
  - { name: a, file: a.ts }
  - { name: a, file: ../outside.ts, onFailure: stopp }
schedules:
  - { name: s, pipeline: b, cron: hourly }
runtime: proces
`);
    expect(error).toMatchObject({
      code: 'PROJECT_INVALID',
      kind: 'usage',
      hint: 'correct it there; `slipway init` in an empty folder writes one to compare with',
    });
    for (const line of [
      'project.yaml:1:7: "name": project name "my project" is not allowed',
      'project.yaml:2:1: unknown key "pipelnes" (did you mean "pipelines"?)',
      'project.yaml:4:5: "functions[0]" has no "source" (add source: …)',
      'project.yaml:5:5: unknown key "sorce" (did you mean "source"?)',
      'project.yaml:8:5: name "a" is used twice, in pipelines[0] and pipelines[1]',
      'project.yaml:8:22: "pipelines[1].file": the path "../outside.ts" leads out of the project; give a path below project.yaml',
      'project.yaml:8:48: "pipelines[1].onFailure" cannot be "stopp" (string) (did you mean "stop"?)',
      'project.yaml:10:26: pipeline "b" does not exist in the project (did you mean "a"?)',
      'project.yaml:10:35: "schedules[0].cron": "hourly" is not a cron expression of five fields',
      'project.yaml:11:10: "runtime" cannot be "proces" (string) (did you mean "process"?)',
    ])
      expect(error.message).toContain(line);
    expect(error.details?.problems).toHaveLength(10);
    expect(error.location).toMatchObject({
      file: '/demo/project.yaml',
      line: 1,
      column: 7,
      sourceLine: 'name: my project',
    });
  });

  it.each([
    ['name: [a]', '1:7: "name" expects text, got a list'],
    ['name: 5', '1:7: "name" expects text, got 5 (number)'],
    ['name: a\nfunctions: train', '2:12: "functions" expects a list, got "train" (string)'],
    ['name: a\nparams: 3', '2:9: "params" expects keys and values, got 3 (number)'],
    ['- a', '1:1: the file expects keys and values, got a list'],
    ['', '1:1: the file is empty (begin with name: …)'],
    ['description: x', '1:1: the project has no "name"'],
    ['name: a\nname: b', '2:1: this is no YAML: Map keys must be unique'],
    ['name: "a', '1:9: this is no YAML: Missing closing "quote'],
    [
      'name: a\nfunctions:\n  - {name: f, source: f.ts, options: {timeoutMs: soon}}',
      '3:50: "functions[0].options.timeoutMs" expects a whole number',
    ],
    [
      'name: a\nfunctions:\n  - {name: f, source: f.ts, options: {retry: {retries: -1}}}',
      'must be at least 0, got -1',
    ],
    ['name: a\nartifacts:\n  - {key: a b, path: x}', 'artifact key "a b" is not allowed'],
    ['name: a\nartifacts:\n  - {key: a, path: /etc/passwd}', 'leads out of the project'],
  ])('refuses %j', (text, message) => {
    expect(problemsOf(text).message).toContain(message);
  });

  it('knows what other tools call its fields', () => {
    const error = problemsOf('kind: project\nmetadata:\n  name: demo\nspec:\n  workflows: []\nname: demo\n');
    expect(error.message).toContain(
      'project.yaml:2:1: unknown key "metadata" (write name, directly at the top)',
    );
    expect(error.message).toContain(
      'project.yaml:4:1: unknown key "spec" (write its fields directly at the top)',
    );
    const flat = problemsOf('name: demo\nworkflows:\n  - { name: main, path: a.py }\n');
    expect(flat.message).toContain('(write pipelines: [{ name, file }])');
  });

  it('keeps comments and order where it is changed', () => {
    const spec = parseProject(full, 'project.yaml');
    const [train, describe_] = spec.functions ?? [];
    if (train === undefined || describe_ === undefined) throw new Error('two functions');
    const text = renderProject(
      {
        ...spec,
        description: 'changed',
        functions: [{ ...train, handler: 'fit' }, describe_, { name: 'new', source: 'new.ts' }],
      },
      full,
    );
    expect(text).toContain('# the project');
    expect(text).toContain('name: train # from a notebook');
    expect(text).toContain('description: changed');
    const changed = parseProject(text, 'project.yaml');
    expect(changed.functions?.map((one) => [one.name, one.handler])).toEqual([
      ['train', 'fit'],
      ['describe', undefined],
      ['new', undefined],
    ]);
    expect(
      renderProject(spec, full)
        .split('\n')
        .filter((line) => !full.includes(line)),
    ).toEqual([]);
    expect(parseProject(renderProject(spec), 'project.yaml')).toEqual(spec);
  });
});

describe('the project of a folder', () => {
  it('is that of the nearest project.yaml upwards', async () => {
    const root = folder();
    const deep = path.join(root, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    writeFileSync(path.join(root, 'project.yaml'), 'name: outer\n');
    expect(await findProject(deep)).toEqual({
      name: 'outer',
      root,
      storeDirectory: path.join(root, '.slipway'),
      spec: { name: 'outer' },
      file: path.join(root, 'project.yaml'),
    });
    writeFileSync(path.join(root, 'a', 'project.yaml'), 'name: inner\n');
    expect((await findProject(deep)).name).toBe('inner');
  });

  it('is "default", rooted in the folder itself, where there is no project.yaml', async () => {
    const root = folder();
    expect(await findProject(root)).toEqual({
      name: 'default',
      root,
      storeDirectory: path.join(root, '.slipway'),
      spec: { name: 'default' },
    });
  });

  it('keeps its store where SLIPWAY_HOME says, and takes the name that SLIPWAY_PROJECT gives', async () => {
    const root = folder();
    const found = await findProject(root, { SLIPWAY_HOME: 'elsewhere', SLIPWAY_PROJECT: 'other' });
    expect(found).toMatchObject({ name: 'other', storeDirectory: path.join(root, 'elsewhere') });
  });

  it('is refused when its file is wrong', async () => {
    const root = folder();
    writeFileSync(path.join(root, 'project.yaml'), 'nam: x\n');
    await expect(findProject(root)).rejects.toMatchObject({ code: 'PROJECT_INVALID' });
  });
});
