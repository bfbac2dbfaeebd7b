import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/functions/load-bundle.ts';
import { extractHandlers } from '../../src/notebooks/extract-handler.ts';
import { parseNotebook } from '../../src/notebooks/parse-notebook.ts';
import { callPackaged, packageCells, temporaryFolder, writeFiles } from '../functions/package-source.ts';
import { notebookText, type TestCell } from './notebook-text.ts';

const extract = (cells: readonly TestCell[]) =>
  extractHandlers(parseNotebook(notebookText(cells), 'train.ipynb'), { handlers: ['train'] });

const taken = (cells: readonly TestCell[]): number[] => extract(cells).included.map((each) => each.cell);

describe('a cell', () => {
  it.each([
    'ignore',
    'slipway-ignore',
    'mlrun-ignore',
    'injected-parameters',
    'skip-execution',
    'raises-exception',
  ])('tagged "%s" is left out, and an earlier declaration counts', async (tag) => {
    const cells: TestCell[] = [
      'const a = 1',
      { source: 'const a = 2', tags: [tag] },
      'function train() { return a }',
    ];
    expect(await callPackaged(await packageCells(cells))).toBe(1);
  });

  it.each(['slipway', 'mlrun', 'nuclio'])('with the comment "// %s: ignore" is left out', (prefix) => {
    expect(
      taken(['const a = 1', `// ${prefix}: ignore\nconst a = 2`, 'function train() { return a }']),
    ).toEqual([1, 3]);
  });

  it('for the browser is left out', () => {
    const cells = ['const a = 1', '/** @browser */\nconst a = 2', 'function train() { return a }'];
    expect(taken(cells)).toEqual([1, 3]);
  });

  it('that declares a name twice is an error with cell and line, as in TypeScript', async () => {
    await expect(
      packageCells(['const a = 1\n\nconst a = 2', 'function train() { return a }']),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'SOURCE_INVALID',
        message: expect.stringContaining('"a"'),
        location: expect.objectContaining({ notebook: 'train.ipynb', cell: 1, line: 3 }),
      }),
    );
  });
});

describe('an import for its effects', () => {
  const files = {
    'setup.ts': '(globalThis as any).slipwaySetup = ((globalThis as any).slipwaySetup ?? 0) + 1;',
  };
  const train = 'function train() { const { slipwaySetup } = globalThis as any; return slipwaySetup ?? 0 }';
  const setups = (): number => (globalThis as { slipwaySetup?: number }).slipwaySetup ?? 0;

  it('is left out and reported', async () => {
    const count = setups();
    const packaged = await packageCells(["import './setup'", train], { files });
    expect(await callPackaged(packaged)).toBe(count);
    expect(packaged.report.dropped).toMatchObject([{ cell: 1, line: 1 }]);
  });

  it.each<[string, readonly TestCell[]]>([
    ['tagged "export"', [{ source: "import './setup'", tags: ['export'] }, train]],
    ['marked', [`// slipway: start-code\nimport './setup'\n${train}\n// slipway: end-code`]],
  ])('is kept where it is %s', async (_, cells) => {
    const count = setups();
    expect(await callPackaged(await packageCells(cells, { files }))).toBe(count + 1);
  });
});

describe('an imported package', () => {
  it('of a workspace is bundled from its source', async () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'packages/shared/package.json': '{"name":"@team/shared","version":"0.3.0","main":"index.js"}',
      'packages/shared/index.js': 'exports.rate = 0.5;',
    });
    mkdirSync(path.join(root, 'node_modules/@team'), { recursive: true });
    symlinkSync(path.join(root, 'packages/shared'), path.join(root, 'node_modules/@team/shared'));
    const packaged = await packageCells(
      ["import { rate } from '@team/shared'", 'function train() { return rate }'],
      { root },
    );
    expect(await callPackaged(packaged)).toBe(0.5);
    expect(packaged.bundle.manifest.externals).toEqual({});
  });

  it('is pinned at the version that is installed, whatever range is asked for', async () => {
    const packaged = await packageCells(
      ["import { two } from 'only-esm'", 'function train() { return two }'],
      {
        files: {
          'package.json': '{"dependencies":{"only-esm":"^1.0.0"}}',
          'node_modules/only-esm/package.json':
            '{"name":"only-esm","version":"1.4.2","type":"module","exports":{"import":"./index.js"}}',
          'node_modules/only-esm/index.js': 'export const two = 2;',
        },
      },
    );
    expect(await callPackaged(packaged)).toBe(2);
    expect(packaged.bundle.manifest.packages).toEqual({ 'only-esm': '1.4.2' });
  });

  it('of the kernel is replaced by one that shows nothing, with a warning', async () => {
    const packaged = await packageCells([
      "import * as tslab from 'tslab'",
      "function train() { tslab.display.html('<b>x</b>'); return 1 }",
    ]);
    expect(await callPackaged(packaged)).toBe(1);
    expect(packaged.report.warnings.join('\n')).toContain('tslab');
  });
});

describe('what is packaged', () => {
  it('exports the handlers that are asked for under their names, the first as the default of the contract', async () => {
    const packaged = await packageCells(
      ['function fit() { return 1 }\nfunction train() { return 7 }\nfunction other() {}'],
      { handlers: ['train', 'fit'] },
    );
    expect(Object.keys(await loadBundle(packaged.bundle.directory)).sort()).toEqual(['fit', 'train']);
    expect(packaged.spec.spec.defaultHandler).toBe('train');
    expect(packaged.bundle.manifest.handlers).toEqual(['train', 'fit']);
  });

  it('has the types that only the contract needs, merged and from other cells', async () => {
    const { spec } = await packageCells([
      'interface Options { depth?: number }\ninterface Options { label: string }',
      'console.log("unneeded")',
      '/** Trains. */\nfunction train(ctx: unknown, { depth = 2, label }: Options) { return depth }',
    ]);
    expect(spec.spec.handlers.train).toMatchObject({
      doc: 'Trains.',
      parameters: [
        { name: 'depth', required: false, default: 2 },
        { name: 'label', required: true },
      ],
    });
  });
});
