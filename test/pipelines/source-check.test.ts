import { describe, expect, it } from 'vitest';
import { findReferenceMisuses, refuseMisuses } from '../../src/pipelines/source/check-source.ts';

const around = (body: string): string => `import { codeToFunction, importFunction, pipeline } from 'slipway';
import { helper } from './helper.ts';
const getData = await codeToFunction({ filename: 'a.ts' });
const train = await importFunction('hub://train');
const deep = train.as('deep');
export default pipeline('demo', (p, { depth = 3, names }: { depth?: number; names: string[] }) => {
  const d = getData({ rows: 3 });
  const { accuracy, model: best } = train({ data: d.dataset });
${body}
});
`;

const found = (body: string): string[] =>
  findReferenceMisuses(around(body), 'demo.pipeline.ts').map(
    ({ line, expression, use }) => `${line} ${expression} ${use}`,
  );

describe('the source of a pipeline', () => {
  it.each<[string, string]>([
    ['if (accuracy) train.as("x")({ data: d.dataset });', '9 accuracy as a condition'],
    ['if (!d.ready) return {};', '9 d.ready as a condition'],
    ['const a = d.rows ? 1 : 2;', '9 d.rows as a condition'],
    ['const a = d.rows && 3;', '9 d.rows as a condition'],
    ['const a = d.rows ?? 3;', '9 d.rows as a condition'],
    ['while (d.more) break;', '9 d.more as a condition'],
    ['switch (best.kind) { default: }', '9 best.kind as a condition'],
    ['const a = accuracy > 0.9;', '9 accuracy in a comparison'],
    ['const a = 0.9 === (accuracy as number);', '9 accuracy in a comparison'],
    ['const a = d.rows * 2;', '9 d.rows in arithmetic'],
    ['const a = -d.rows;', '9 d.rows in arithmetic'],
    ['const a = `rows: ${d.rows}`;', '9 d.rows in a template text'],
    ['const a = "rows: " + d.rows;', '9 d.rows in arithmetic'],
    ['const a = async () => await d.rows;', '9 d.rows with await'],
    ['for (const row of d.rows) train.as(row)({});', '9 d.rows as a list to go through'],
    ['const a = [...d.rows];', '9 d.rows with a spread (...)'],
    ['const a = { ...d };', '9 d with a spread (...)'],
    ['p.map(d.rows, (row) => train.as("x")({ data: row * 2 }));', '9 row in arithmetic'],
    ['p.map(names, (name, { index }) => { if (index) deep({ data: name }); });', '9 index as a condition'],
    [
      'const m = p.map(d.rows, (row) => deep({ data: row })); if (m.score) return {};',
      '9 m.score as a condition',
    ],
    ['const a = String(d.rows);', '9 d.rows by String(…)'],
    ['const a = d.rows.map((row) => row);', '9 d.rows as a value whose method "map" is called'],
    ['if (deep({ data: 1 }).ok) return {};', '9 deep({ data: 1 }).ok as a condition'],
    ['if (helper.as("x")({}).ok) return {};', '9 helper.as("x")({}).ok as a condition'],
    ['if (p.artifact(d, "rows")) return {};', '9 p.artifact(d, "rows") as a condition'],
    ['const inner = () => { if (accuracy) return 1; };', '9 accuracy as a condition'],
  ])('is refused for: %s', (body, expected) => {
    expect(found(body)).toEqual([expected]);
  });

  it.each([
    'if (depth > 3) train.as("x")({ data: d.dataset });',
    'const a = depth ? 1 : 2;',
    'for (const name of names) train.as(name)({ data: d.dataset });',
    'const a = helper({ x: 1 }); if (a.b) return {};',
    'const rows = [{ d: 1 }].map((d) => d.d > 0);',
    'const x = ((accuracy) => accuracy > 1)(2);',
    'p.when(p.parameter("x"), () => train.as("y")({ data: d.dataset })).else(() => helper());',
    'return { accuracy, all: [d.rows, depth * 2] };',
    'console.log(d.rows);',
    'const same = d; train.as("x")({ data: same.dataset });',
    'const many = names.map((name) => train.as(name)({ data: d.dataset })); return { many };',
    'if (typeof d === "object") return {};',
  ])('is fine with: %s', (body) => {
    expect(found(body)).toEqual([]);
  });

  it('outside of pipelines is left alone', () => {
    expect(findReferenceMisuses('const d = getData({});\nif (d.x) console.log(1);\n', 'x.ts')).toEqual([]);
  });

  it('is also read where the body is a function of its own and pipeline has another name', () => {
    const text =
      "import { pipeline as graph } from 'slipway';\nconst f = await importFunction('hub://f');\nfunction body() {\n  const d = f({});\n  return d.x > 1;\n}\nexport default graph('demo', body);\n";
    expect(findReferenceMisuses(text, 'x.ts')).toMatchObject([
      { line: 5, column: 10, expression: 'd.x', sourceLine: '  return d.x > 1;' },
    ]);
  });

  it('gets an error that lists every place, with what to do', () => {
    const misuses = findReferenceMisuses(
      around('if (accuracy) return {};\nif (d.rows > 3) return {};'),
      'demo.pipeline.ts',
    );
    expect(() => refuseMisuses(misuses)).toThrow(
      expect.objectContaining({
        code: 'REFERENCE_AS_VALUE',
        kind: 'usage',
        message: expect.stringMatching(
          /^2 references are used as values\n {2}demo\.pipeline\.ts:9:5: "accuracy" is used as a condition.*\n {2}demo\.pipeline\.ts:10:5: "d\.rows"/,
        ),
        hint: expect.stringContaining('p.when'),
        location: expect.objectContaining({ file: 'demo.pipeline.ts', line: 9, column: 5 }),
      }),
    );
    refuseMisuses([]);
  });
});
