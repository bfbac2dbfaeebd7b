import { describe, expect, it } from 'vitest';
import { packageCells, packageText } from './package-source.ts';

describe('packaging warns of', () => {
  it('a file next to the notebook that a cell reads, with cell and line and what to do instead', async () => {
    const { report } = await packageCells(
      [
        "import { readFileSync } from 'node:fs'",
        "const unused = readFileSync('points.csv')",
        "function train() {\n  // readFileSync('points.csv')\n  return readFileSync('./points.csv', 'utf8').length\n}",
      ],
      { files: { 'points.csv': 'x\n1\n' } },
    );
    expect(report.warnings).toEqual([
      'train.ipynb cell 3, line 3 reads "./points.csv", which will not be there elsewhere: take it as an input ({ points }: { points: DataItem }, then --input points=./points.csv)',
    ]);
  });

  it('a file named from the place of the source', async () => {
    const text =
      "import { readFileSync } from 'node:fs';\nexport const train = () => readFileSync(new URL('./lib/rows.json', import.meta.url));";
    const { report } = await packageText('train.ts', text, { files: { 'lib/rows.json': '[]' } });
    expect(report.warnings).toEqual([
      expect.stringMatching(
        /^train\.ts line 2 reads "\.\/lib\/rows\.json", .*--input rows=\.\/lib\/rows\.json/,
      ),
    ]);
  });

  it('a name that is imported only when it is known, with cell and line', async () => {
    const { report } = await packageCells([
      "const name = ['yaml'].join('')",
      'function train() {\n  return require(name)\n}',
    ]);
    expect(report.warnings).toEqual([
      expect.stringMatching(/^train\.ipynb cell 2, line 2 imports a computed name \(name\); .*requirements/),
    ]);
  });

  it('the own place of a source', async () => {
    const { report } = await packageText('train.ts', 'export const train = () => import.meta.url;');
    expect(report.warnings).toEqual([
      "train.ts line 1 asks for its own place; in a bundle that is the bundle's folder",
    ]);
  });

  it('nothing where files are absolute, written by the function itself, or on the web', async () => {
    const text =
      "import { readFileSync, writeFileSync } from 'node:fs';\nexport const train = () => { writeFileSync('out.json', '{}'); return [readFileSync('out.json'), readFileSync('/etc/hostname'), fetch('https://example.com//x')]; };";
    const { report } = await packageText('train.ts', text);
    expect(report.warnings).toEqual([]);
  });
});
