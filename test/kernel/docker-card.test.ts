import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { removeLoadedImages } from '../support/remove-images.ts';
import { JupyterKernel } from './jupyter-kernel.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';

const cells = [
  "import { codeToFunction, type Context } from 'slipway';",
  `async function work(ctx: Context, {}: {}) {
  for (let step = 0; step < 500; step++) {
    ctx.logMetric('step', step);
    console.log('step ' + step);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { done: true };
}`,
  'const fn = await codeToFunction(work);',
];

describeWith(['docker'], 'a run in a container, started from a cell', () => {
  it('shows its card with what it prints while it runs, and says which image is loaded', async () => {
    const folder = installedFolder();
    onTestFinished(() => removeLoadedImages(path.join(folder, '.slipway')));
    saveNotebook(path.join(folder, 'nb.ipynb'), cells);
    const kernel = await JupyterKernel.start(folder);
    try {
      await kernel.ready();
      for (const cell of cells) await kernel.run(cell);
      const seen: string[] = [];
      const cell = await kernel.execute("const done = await fn.run({ runtime: 'docker' });", {
        deadlineMs: 240_000,
        onMessage: ({ displays }) => {
          const text = displays.at(-1)?.data['text/plain'] ?? '';
          if (seen.at(-1) !== text) seen.push(text);
        },
      });
      expect(cell.stderr).toMatch(/^loading image slipway\/work:[0-9a-f]{12} into Docker\n$/);
      const live = seen.filter((text) =>
        /^work · running[\s\S]*metrics +step=\d+[\s\S]*step \d+$/.test(text),
      );
      expect(live.length).toBeGreaterThanOrEqual(2);
      expect(new Set(cell.displays.map(({ id }) => id)).size).toBe(1);
      expect(seen.at(-1)).toMatch(/^work · completed [\s\S]*results +done=true[\s\S]*step 499$/);
      expect(await kernel.run('[done.record.runtime, done.record.function.image].join()')).toMatch(
        /^docker,sha256:[0-9a-f]{64}\n$/,
      );
    } finally {
      await kernel.close();
    }
  }, 600_000);
});
