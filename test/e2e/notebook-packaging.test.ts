import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, createFolder, type Folder, type Json } from './slipway.ts';

const repository = path.dirname(path.dirname(cli));

/** A folder with the repository's own notebook of penguins, in which it finds the package. */
function createCopy(): Folder {
  const folder = createFolder({});
  mkdirSync(path.join(folder.path, 'node_modules'));
  symlinkSync(repository, path.join(folder.path, 'node_modules', 'slipway'));
  copyFileSync(path.join(repository, 'notebooks/penguins.ipynb'), path.join(folder.path, 'copy.ipynb'));
  return folder;
}

const read = (folder: Folder, name: string): Json =>
  JSON.parse(readFileSync(path.join(folder.path, name), 'utf8'));

function edit(folder: Folder, name: string, change: (document: Json) => void): void {
  const document = read(folder, 'copy.ipynb');
  change(document);
  writeFileSync(path.join(folder.path, name), JSON.stringify(document));
}

const code = (source: string): object => ({
  cell_type: 'code',
  id: `added-${source.length}`,
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
});

async function digestOf(folder: Folder, name: string): Promise<string> {
  const built = await folder.json(['build', name]);
  expect([built.code, built.stderr]).toEqual([0, expect.any(String)]);
  return built.data.digest as string;
}

describe('slipway build of a notebook', () => {
  it('gives the same digest after the notebook was run again, and after cells around were changed', async () => {
    const folder = createCopy();
    const before = await digestOf(folder, 'copy.ipynb');
    const run = await folder.slipway(['notebook', 'run', 'copy.ipynb', '--out', 'executed.ipynb']);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.stringify(read(folder, 'executed.ipynb'))).not.toBe(
      JSON.stringify(read(folder, 'copy.ipynb')),
    );
    expect(await digestOf(folder, 'executed.ipynb')).toBe(before);
    edit(folder, 'around.ipynb', ({ cells }) => {
      cells.unshift({ cell_type: 'markdown', id: 'text', metadata: {}, source: '# Another title' });
      cells.unshift(code('const unrelated = 1;\nconsole.log(unrelated);'));
      cells.push(code('unrelated + 2;'));
    });
    expect(await digestOf(folder, 'around.ipynb')).toBe(before);
  });

  it('tells what went in, what was left out and why, packages, size, digest and warnings, as JSON and as text', async () => {
    const folder = createFolder({
      'node_modules/tiny/package.json': '{"name":"tiny","version":"1.2.3"}',
      'node_modules/tiny/index.js': 'exports.tiny = 1;\n',
    });
    const cells = [
      "import { tiny } from 'tiny';",
      'const rate = 1;',
      'function train(ctx: Context) { return rate + tiny; }',
      'console.log(rate);',
      '%%bash\nls',
      'const rate = 2;',
    ];
    const document = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: cells.map(code) };
    writeFileSync(path.join(folder.path, 'nb.ipynb'), JSON.stringify(document));
    const { data } = await folder.json(['build', 'nb.ipynb']);
    expect(data.report).toMatchObject({
      source: 'nb.ipynb',
      included: [{ cell: 1 }, { cell: 3 }, { cell: 6 }],
      dropped: [
        { cell: 2, line: 1, reason: 'the handler needs nothing of it' },
        {
          cell: 4,
          line: 1,
          text: 'console.log(rate);',
          reason: 'runs at top level; not needed by the handler',
        },
        { cell: 5, line: 1, reason: 'it starts with "%%bash"' },
      ],
      packages: { tiny: '1.2.3' },
      warnings: ['"rate" is defined in cell 2 and again in cell 6; the packaged function uses cell 6'],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      size: expect.any(Number),
    });
    const { stdout } = await folder.slipway(['build', 'nb.ipynb']);
    expect(stdout).toMatch(
      /taken: .*cell 1 .*\n.*packages: tiny@1\.2\.3\n.*left out: 3\n(?:.*cell [245], line 1.*\n){3}.*warning: .*"rate" is defined/,
    );
  });

  it('names the functions by cell, and the nearest, when there is none of that name', async () => {
    const folder = createFolder({});
    const document = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: ['1', 'function trian(ctx: Context) {}'].map(code),
    };
    writeFileSync(path.join(folder.path, 'nb.ipynb'), JSON.stringify(document));
    const built = await folder.json(['build', 'nb.ipynb', '--handler', 'train']);
    expect(built.code).toBe(2);
    expect(built.data.error).toMatchObject({
      code: 'HANDLER_NOT_FOUND',
      hint: 'did you mean "trian"?; functions there: "trian" (cell 2)',
    });
  });
});

describe('slipway notebook check', () => {
  it('finds references of a pipeline used as values, in the cell and line where that is', async () => {
    const folder = createCopy();
    const cells = [
      "import { codeToFunction, pipeline, type Context } from 'slipway';",
      'async function train(ctx: Context, { depth = 1 }: { depth?: number }) {\n  return { accuracy: depth / 10 };\n}',
      'const step = await codeToFunction(train);',
      "const main = pipeline('main', () => {\n  const model = step({ depth: 2 });\n  if (model.accuracy) {\n    step.as('again')({});\n  }\n  return {};\n});\nmain;",
    ];
    const document = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: 'tslab', language: 'typescript' } },
      cells: cells.map(code),
    };
    writeFileSync(path.join(folder.path, 'nb.ipynb'), JSON.stringify(document));
    const { code: exit, data } = await folder.json(['notebook', 'check', 'nb.ipynb']);
    const problems = (data.notebooks[0].problems as Json[]).filter((each) => each.rule === 'reference');
    expect([exit, problems]).toEqual([
      1,
      [
        {
          severity: 'error',
          rule: 'reference',
          message: expect.stringMatching(
            /^"model\.accuracy" is used as a condition, but is the output of a step/,
          ),
          cell: 4,
          line: 3,
          column: 7,
        },
      ],
    ]);
  });
});
