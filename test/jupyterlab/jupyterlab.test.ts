import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeEach, expect, it, onTestFailed, vi } from 'vitest';
import { cli } from '../e2e/slipway.ts';
import { notebooksFolder, saveNotebook } from '../kernel/notebook-folder.ts';
import { describeWith, programs } from '../setup/components.ts';
import { LabNotebook, openBrowser } from './lab-notebook.ts';
import { type LabServer, startLab } from './lab-server.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 400_000 });

const execute = promisify(execFile);

const longCells = [
  "import { codeToFunction, type Context } from 'slipway';",
  'const from = 1;',
  `async function work(ctx: Context, { steps = 20 }: { steps?: number }) {
  for (let step = from; step <= steps; step++) {
    ctx.logMetric('loss', 1 / step, { step: step });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return { steps: steps };
}`,
  `async function busy(ctx: Context, {}: {}) {
  console.log('pid ' + process.pid + '.');
  for (;;) {}
}`,
  'const working = await codeToFunction(work);',
  'const worked = await working.run();',
  'const spinning = await codeToFunction(busy);',
  "const spun = await spinning.run({ runtime: 'process' });",
  "console.log('still ' + 'here');",
];

interface Lab {
  readonly folder: string;
  readonly server: LabServer;
  readonly browser: Browser;
}

let started: Promise<Lab> | undefined;

/**
 * One JupyterLab with every kernel there is, and one browser, for all tests: starting them takes longer than most tests do. Not for
 * what comes after a test that failed: server, browser, pages and notebooks are then as the failure left them.
 */
async function openLab(): Promise<Lab> {
  onTestFailed(async () => {
    const lab = await started?.catch(() => undefined);
    if (lab) console.error(`JupyterLab said:\n${lab.server.log()}`);
    await closeLab();
  });
  started ??= start();
  const lab = await started;
  // a new kernel for each test
  await lab.server.endKernels();
  return lab;
}

async function start(): Promise<Lab> {
  const folder = notebooksFolder();
  // Deno takes packages from node_modules where a package.json lists them
  writeFileSync(path.join(folder, 'package.json'), '{ "dependencies": { "slipway": "*" } }');
  const kernels = existsSync(programs.deno) ? (['tslab', 'deno'] as const) : (['tslab'] as const);
  const server = await startLab(folder, kernels);
  try {
    return { folder, server, browser: await openBrowser() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function closeLab(): Promise<void> {
  const lab = await started?.catch(() => undefined);
  started = undefined;
  await Promise.allSettled([lab?.browser.close(), lab?.server.close()]);
}

afterAll(closeLab);

describeWith(['jupyter', 'chromium'], 'JupyterLab with the TypeScript kernel', () => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await openLab();
    saveNotebook(path.join(lab.folder, 'notebooks/long.ipynb'), longCells);
  });

  const open = (name: string): Promise<LabNotebook> =>
    LabNotebook.open(lab.browser, lab.server, `notebooks/${name}`);

  /** What the command line says about the latest run of a function. */
  async function latest(name: string): Promise<{ readonly state: string; readonly reason?: string }> {
    const args = [cli, 'get', 'runs', '--filter', `name = '${name}'`, '--limit', '1', '-o', 'json'];
    const { stdout } = await execute(process.execPath, args, { cwd: path.join(lab.folder, 'notebooks') });
    const [run] = JSON.parse(stdout) as { readonly state: string; readonly reason?: string }[];
    if (run === undefined) throw new Error(`no run of "${name}" is recorded`);
    return run;
  }

  it('runs the getting-started notebook to its end and shows runs as cards', async () => {
    const notebook = await open('getting-started.ipynb');
    await notebook.menu('Run', /^Run All Cells$/);
    await notebook.shows(11, /predicted_g/);
    const cards = (await notebook.texts(6)).filter((text) => text.startsWith('fitLine'));
    expect(cards).toEqual([expect.stringMatching(/^fitLine\s+completed\s[\s\S]*slope\s+49\.\d+\s/)]);
    await notebook.picture('getting-started', notebook.cell(6));
    await notebook.shows(9, /COLUMN_NOT_FOUND.*wing_span_mm/s);
    await notebook.shows(9, /at notebooks\/getting-started\.ipynb, cell 4, line \d+/);
    await notebook.picture('failed-run', notebook.cell(9));
    await notebook.close();
  });

  it('updates one card in place while a run lasts, and shows its end again when the notebook is opened later', async () => {
    const notebook = await open('long.ipynb');
    for (const number of [1, 2, 3]) await notebook.run(number);
    await notebook.run(5);
    await notebook.start(6);
    await notebook.shows(6, /^work\s+running/);
    await notebook.picture('running', notebook.cell(6));
    const card = await notebook.shows(6, /^work\s+completed/);
    expect(card).toMatch(/steps\s+20\s[\s\S]*loss\s+0\.05/);
    expect(await notebook.texts(6)).toHaveLength(1);
    await notebook.picture('completed', notebook.cell(6));
    await notebook.save();
    await notebook.close();
    const again = await open('long.ipynb');
    await again.shows(6, /^work\s+completed/);
    await again.picture('opened-again', again.cell(6));
    await again.close();
  });

  it('stops a run that never looks up with the stop button, and starts afresh after a restart', async () => {
    const notebook = await open('long.ipynb');
    for (const number of [1, 4, 7]) await notebook.run(number);
    await notebook.start(8);
    const pid = Number(/pid (\d+)\./.exec(await notebook.shows(8, /pid \d+\./))?.[1]);
    expect(process.kill(pid, 0)).toBe(true);
    await notebook.stop();
    await notebook.shows(8, /^busy\s+aborted/);
    await notebook.ended(8);
    await notebook.picture('stopped', notebook.cell(8));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await latest('busy')).toMatchObject({
      state: 'aborted',
      reason: 'it was interrupted in the notebook',
    });
    await notebook.run(9);
    await notebook.shows(9, /^still here$/m);
    await notebook.restart();
    await notebook.run(9);
    await notebook.shows(9, /^still here$/m);
    await notebook.run(4);
    await notebook.shows(4, /Cannot find name 'Context'/);
    await notebook.close();
  });

  it('packages what is saved: an edit that is not is refused, in the handler’s cell and in a helper’s', async () => {
    const notebook = await open('long.ipynb');
    for (const number of [1, 2, 3]) await notebook.run(number);
    await notebook.type(2, 'const from = 19;');
    await notebook.run(2);
    await notebook.run(5);
    await notebook.shows(
      5,
      /NOTEBOOK_NOT_SAVED: cell 2 of notebook .* defines "from" otherwise than you ran it/,
    );
    await notebook.picture('not-saved', notebook.cell(5));
    await notebook.save();
    await notebook.run(5);
    await notebook.run(6);
    await notebook.shows(6, /^work\s+completed/);
    await notebook.type(3, longCells[2]?.replace('1 / step', '2 / step') ?? '');
    await notebook.run(3);
    await notebook.run(5);
    await notebook.shows(5, /NOTEBOOK_NOT_SAVED: notebook .* has no cell that defines "work" as you ran it/);
    await notebook.save();
    await notebook.run(5);
    await notebook.run(6);
    await notebook.shows(6, /loss\s+0\.1\b/);
    await notebook.close();
  });
});

describeWith(['jupyter', 'chromium', 'deno'], "JupyterLab with Deno's kernel", () => {
  let lab: Lab;

  beforeEach(async () => {
    lab = await openLab();
  });

  it('knows its notebook among several with the same handler, and shows the run as a card', async () => {
    const { folder, server, browser } = lab;
    const cells = (from: string): string[] => [
      "import { codeToFunction, type Context } from 'slipway';",
      `export async function work(ctx: Context, { steps = 3 }: { steps?: number }) {\n  return { from: '${from}', steps };\n}`,
      'const working = await codeToFunction(work);',
      'const worked = await working.run({ params: { steps: 4 } });',
    ];
    const kernel = { display_name: 'Deno', language: 'typescript', name: 'deno' };
    for (const name of ['mine', 'other'])
      saveNotebook(path.join(folder, `notebooks/${name}.ipynb`), cells(name), kernel);
    const notebook = await LabNotebook.open(browser, server, 'notebooks/mine.ipynb', 'Deno');
    await notebook.menu('Run', /^Run All Cells$/);
    await notebook.shows(4, /^work\s+completed[\s\S]*from\s+mine\s/);
    expect(await notebook.texts(4)).toHaveLength(1);
    await notebook.picture('deno', notebook.cell(4));
    await notebook.close();
  });
});
