import path from 'node:path';
import { expect, it } from 'vitest';
import { onBusyMachines } from '../setup/on-busy-machines.ts';
import { JupyterKernel } from './jupyter-kernel.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';

const lines = 1_000_000;
const cells = [
  "import { codeToFunction, type Context } from 'slipway';",
  "async function flood(ctx: Context, { lines }: { lines: number }) {\n  for (let i = 1; i <= lines; i++) console.log('line ' + i);\n}",
  'const flooding = await codeToFunction(flood);',
];

/** Starts the real kernel and runs the cells that package the handler. */
async function startKernel(): Promise<JupyterKernel> {
  const folder = installedFolder();
  saveNotebook(path.join(folder, 'nb.ipynb'), cells);
  const kernel = await JupyterKernel.start(folder);
  await kernel.ready();
  for (const cell of cells) await kernel.run(cell);
  return kernel;
}

it.each(['inline', 'process'])(
  'a million lines of a run neither hang a Jupyter front end nor lose their end (%s)',
  async (runtime) => {
    const kernel = await startKernel();
    try {
      const sentAt: number[] = [];
      let count = 0;
      const cell = await kernel.execute(
        `const flooded = await flooding.run({ runtime: '${runtime}', params: { lines: ${lines} } });`,
        {
          deadlineMs: 240_000,
          onMessage: ({ displays }) => {
            if (displays.length > count) sentAt.push(Date.now());
            count = displays.length;
          },
        },
      );
      expect({ stdout: cell.stdout, stderr: cell.stderr }).toEqual({ stdout: '', stderr: '' });
      expect(new Set(cell.displays.map(({ id }) => id)).size).toBe(1);
      const seconds = ((sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0)) / 1000;
      expect(sentAt.length).toBeLessThanOrEqual(4 * (seconds + 1));
      const last = cell.displays.at(-1)?.data ?? {};
      expect(last['text/plain']).toMatch(
        /^flood · completed in [\s\S]*output, last 20 of 1,000,000 lines [\s\S]*\n {4}line 999999\n {4}line 1000000$/,
      );
      expect(last['text/html']).toMatch(/line 999801\nline 999802\n[\s\S]*\nline 1000000<\/pre>/);
      const kept =
        'const text = await flooded.logs();\nconst all = text.trimEnd().split("\\n");\n[all.length, all[0], all.at(-1)].join()';
      expect(await kernel.run(kept)).toBe('1000000,line 1,line 1000000\n');
    } finally {
      await kernel.close();
    }
  },
  600_000,
);

it('the card of a handler that never awaits follows what it logs all the same', onBusyMachines, async () => {
  const folder = installedFolder();
  const code = [
    cells[0] ?? '',
    `function busy(ctx: Context, {}: {}) {
  const start = performance.now();
  for (let step = 0; performance.now() - start < 2500; step++) {
    const next = performance.now() + 5;
    while (performance.now() < next);
    ctx.logMetric('step', step);
  }
}`,
    'const busily = await codeToFunction(busy);',
  ];
  saveNotebook(path.join(folder, 'nb.ipynb'), code);
  const kernel = await JupyterKernel.start(folder);
  try {
    await kernel.ready();
    for (const cell of code) await kernel.run(cell);
    const seen: { at: number; text: string }[] = [];
    await kernel.execute('const done = await busily.run();', {
      onMessage: ({ displays }) => {
        const text = displays.at(-1)?.data['text/plain'] ?? '';
        if (displays.length > seen.length) seen.push({ at: Date.now(), text });
      },
    });
    const running = seen.filter(({ text }) => /^busy · running[\s\S]*metrics {4}step=\d+/.test(text));
    expect(running.length).toBeGreaterThanOrEqual(3);
    expect((running.at(-1)?.at ?? 0) - (running[0]?.at ?? 0)).toBeGreaterThan(600);
    expect(seen.at(-1)?.text).toMatch(/^busy · completed/);
  } finally {
    await kernel.close();
  }
});
