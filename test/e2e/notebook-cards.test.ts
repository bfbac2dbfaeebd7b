import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { installedFolder } from '../kernel/notebook-folder.ts';
import { createFolder, type Json, notebook } from './slipway.ts';

const cells = [
  "import { codeToFunction, type Context } from 'slipway';",
  `async function work(ctx: Context, { steps = 3 }: { steps?: number }) {
  for (let step = 1; step <= steps; step++) ctx.logMetric('loss', 1 / step, { step: step });
  return { steps: steps };
}`,
  'const fn = await codeToFunction(work);',
  'const done = await fn.run({ params: { steps: 4 } });',
];

describe('a notebook that runs without Jupyter', () => {
  it('keeps the cards of its runs in their last state, in the executed notebook and in its HTML', async () => {
    const folder = createFolder();
    const installed = installedFolder();
    const file = path.join(installed, 'work.ipynb');
    folder.write(path.relative(folder.path, file), notebook(...cells));
    const args = ['-C', installed, 'notebook', 'run', 'work.ipynb', '--out', 'executed.ipynb'];
    const { code, data } = await folder.json(args);
    expect([code, data.error]).toEqual([0, undefined]);
    const executed = JSON.parse(readFileSync(path.join(installed, 'executed.ipynb'), 'utf8')) as Json;
    const outputs: Json[] = executed.cells[3].outputs;
    expect(outputs.map((output) => output.output_type)).toEqual(['display_data']);
    expect(outputs[0].data['text/plain'].join('')).toMatch(/^work · completed in .*\n[\s\S]*steps=4/);
    expect(outputs[0].data['text/html'].join('')).toContain('completed');
    const { uri } = data.artifacts.find((artifact: Json) => artifact.key === 'executed-notebook-html');
    const digest: string = uri.split('@sha256:')[1];
    const html = readFileSync(
      path.join(installed, '.slipway/artifacts', digest.slice(0, 2), digest, 'work.html'),
      'utf8',
    );
    expect(html).toMatch(/srcdoc="[^"]*completed/);
    expect(html).toContain('loss');
  });
});
