import path from 'node:path';
import { expect, it } from 'vitest';
import { JupyterKernel } from './jupyter-kernel.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';

const cells = [
  "import { codeToFunction, type Context } from 'slipway';",
  "async function flood(ctx: Context, { lines }: { lines: number }) {\n  for (let i = 1; i <= lines; i++) console.log('line ' + i);\n}",
  'const flooding = await codeToFunction(flood);',
];

it('20,000 lines of a run neither hang a Jupyter front end nor lose their end', async () => {
  const folder = installedFolder();
  saveNotebook(path.join(folder, 'nb.ipynb'), cells);
  const kernel = await JupyterKernel.start(folder);
  try {
    for (const cell of cells) await kernel.run(cell);
    const text = await kernel.run('const flooded = await flooding.run({ params: { lines: 20000 } });');
    expect(text).toMatch(/^line 1\nline 2\n/);
    expect(text).toMatch(/\nline 19999\nline 20000\nflood · completed in .*\n {2}params {5}lines=20000\n$/);
    expect(await kernel.run("const text = await flooded.logs();\ntext.trimEnd().split('\\n').length")).toBe(
      '20000\n',
    );
  } finally {
    await kernel.close();
  }
}, 120_000);
