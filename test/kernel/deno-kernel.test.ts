import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFailed } from 'vitest';
import { createKernelSpec } from '../../src/notebooks/kernelspec/kernel-spec.ts';
import { describeWith, programs } from '../setup/components.ts';
import { type CellMessages, JupyterKernel } from './jupyter-kernel.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';

describeWith(['deno'], "Deno's kernel", () => {
  let folder: string;
  let kernel: JupyterKernel;
  let saved: string[];

  /** Opens a notebook with these cells in a new folder and kernel, and runs those that start nothing. */
  async function open(cells: readonly string[]): Promise<void> {
    folder = installedFolder();
    // npm writes one when it installs the package; Deno takes packages from node_modules only where there is one
    writeFileSync(path.join(folder, 'package.json'), '{ "dependencies": { "slipway": "*" } }');
    const { argv } = createKernelSpec('deno', { file: programs.deno }, process.execPath);
    kernel = await JupyterKernel.start(folder, { argv, env: { DENO_NO_UPDATE_CHECK: '1' } });
    await kernel.ready();
    saved = [];
    for (const cell of cells)
      if (cell.includes('.run(')) saved.push(cell);
      else await run(cell);
  }

  beforeAll(() =>
    open(["import { codeToFunction, loadProject, pipeline, type Context, type DataItem } from 'slipway';"]),
  );

  // a cell of a test that failed may run for ever, and all that come after it wait for it
  beforeEach(() => {
    const before = [...saved];
    onTestFailed(async () => {
      await kernel.close();
      await open(before);
    });
  });

  afterAll(() => kernel?.close());

  /** Adds a cell to the notebook, saves it, and runs the cell. */
  async function run(code: string, onMessage?: (cell: CellMessages) => void): Promise<CellMessages> {
    saved.push(code);
    saveNotebook(path.join(folder, 'nb.ipynb'), saved);
    return kernel.execute(code, onMessage ? { onMessage } : {});
  }

  const cardOf = ({ displays }: CellMessages): string => displays.at(-1)?.data['text/plain'] ?? '';

  it('packages a handler with what it needs from other cells, and runs it under one card', async () => {
    await run('const scale = (n: number): number => n * 2;');
    await run(`/**
 * Doubles.
 *
 * @param depth how deep
 */
export async function train(ctx: Context, { depth = 4 }: { depth?: number }) {
  for (let step = 1; step <= 3; step++) ctx.logMetric('loss', 1 / step, { step });
  console.log('trained', depth);
  return { score: scale(depth) };
}`);
    const packaged = await run('const fn = await codeToFunction(train);\nfn');
    expect(packaged.error).toBeUndefined();
    const cell = await run('const done = await fn.run({ params: { depth: 5 } });\ndone.results.score');
    expect(cell.error).toBeUndefined();
    expect(cardOf(cell)).toMatch(/^train · completed in /);
    expect(cardOf(cell)).toContain('score=10');
    expect(new Set(cell.displays.map(({ id }) => id)).size).toBe(1);
    expect(cell.displays.at(-1)?.data['text/html']).toContain('trained 5');
  });

  it.each(['inline', 'process'])('runs it the same way in a run of its own (%s)', async (runtime) => {
    const cell = await run(`(await fn.run({ params: { depth: 3 }, runtime: '${runtime}' })).results.score`);
    expect(cell.error).toBeUndefined();
    expect(cardOf(cell)).toContain('score=6');
  });

  it('takes a handler as it is after it was changed in a later cell', async () => {
    await run(
      'async function train(ctx: Context, { by = 1 }: { by?: number }) { return { version: by + 1 }; }',
    );
    await run('const again = await codeToFunction(train);');
    const cell = await run(
      'const changed = await again.run({ params: { by: 2 } });\nchanged.results.version',
    );
    expect(cell.error).toBeUndefined();
    expect(cardOf(cell)).toContain('version=3');
  });

  it.each(['inline', 'process'])(
    'shows notebook, cell and line of an error and no stack (%s)',
    async (runtime) => {
      const name = `broken_${runtime}`;
      await run(`async function ${name}(ctx: Context, { depth = 4 }: { depth?: number }) {
  const deep = () => { throw new TypeError('no such depth ' + depth); };
  deep();
}`);
      const cell = saved.length;
      const { error } = await run(
        `const ${name}_fn = await codeToFunction(${name});\nawait ${name}_fn.run({ runtime: '${runtime}' });`,
      );
      expect(error).toMatch(/USER_CODE_FAILED: TypeError: no such depth 4\n/);
      expect(error).toContain(`  at nb.ipynb, cell ${cell}, line 2\n`);
      expect(error).not.toMatch(/file:\/\/|node_modules/);
    },
  );

  it('refuses wrong params before anything starts, in a sentence', async () => {
    const { error, displays } = await run("await again.run({ params: { by: 'much' as any } });");
    expect(error).toMatch(/param "by" expects number, got "much" \(string\)/);
    expect(error).not.toContain('file://');
    expect(displays).toEqual([]);
  });

  it('runs a pipeline of two functions', async () => {
    await run('async function first(ctx: Context, { n = 2 }: { n?: number }) { return { doubled: n * 2 }; }');
    await run('async function second(ctx: Context, { n }: { n: number }) { return { plusOne: n + 1 }; }');
    await run('const one = await codeToFunction(first);\nconst two = await codeToFunction(second);');
    await run(`const flow = pipeline('flow', (p, { n = 3 }: { n?: number }) => {
  const a = one({ n });
  return { total: two({ n: a.doubled }).plusOne };
});`);
    const cell = await run('const flowed = await flow.run({ params: { n: 4 } });\nflowed.outputs.total');
    expect(cell.error).toBeUndefined();
    expect(cardOf(cell)).toMatch(/total\s+9\b/);
  });

  it('stops what runs on an interrupt and survives it, also when nothing of ours runs', async () => {
    await run(
      "async function busy(ctx: Context, {}: {}) {\n  console.log('pid ' + process.pid + '.');\n  for (;;) {}\n}",
    );
    await run('const spinning = await codeToFunction(busy);');
    let pid = 0;
    const stopped = await run("await spinning.run({ runtime: 'process' });", (cell) => {
      const found = /pid (\d+)\./.exec(cell.displays.at(-1)?.data['text/html'] ?? '')?.[1];
      if (pid > 0 || found === undefined) return;
      pid = Number(found);
      kernel.interrupt();
    });
    expect(stopped.error).toContain(
      'RUN_ABORTED: run "busy" was aborted: it was interrupted in the notebook',
    );
    expect(cardOf(stopped)).toContain('busy · aborted');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const waiting = await run(
      "console.log('waits');\nawait new Promise((resolve) => setTimeout(resolve, 300));",
      ({ stdout }) => {
        if (stdout.includes('waits')) kernel.interrupt();
      },
    );
    expect(waiting.error).toBeUndefined();
    expect(kernel.isAlive).toBe(true);
    const state = await run(
      'const project = await loadProject();\nconst [last] = await project.runs({ filter: "name = \'busy\'" });\nif (last.state !== "aborted") throw new Error(last.state);',
    );
    expect(state.error).toBeUndefined();
  });
});
