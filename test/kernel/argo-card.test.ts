import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { type ArgoNamespace, openArgoNamespace } from '../pipelines/argo/support/argo-namespace.ts';
import { describeWith } from '../setup/components.ts';
import { type CellMessages, JupyterKernel } from './jupyter-kernel.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';

const work = (limit: number): string => `async function work(ctx: Context, { count }: { count: number }) {
  if (count > ${limit}) throw new Error('cannot take ' + count);
  for (let step = 0; step < 400; step++) {
    console.log('step ' + step);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { total: count * 10 };
}`;

const main = `const workFn = await codeToFunction(work);
const main = pipeline('main', () => ({ total: workFn({ count: listFn({}).count }).total }));`;

const cells = [
  "import { codeToFunction, loadProject, pipeline, type Context } from 'slipway';",
  'async function list(ctx: Context, {}: {}) { return { count: 3 }; }',
  `async function hang(ctx: Context, { count }: { count: number }) {
  console.log('hanging');
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
}`,
  'const [listFn, hangFn] = [await codeToFunction(list), await codeToFunction(hang)];',
  "const stuck = pipeline('stuck', () => { hangFn({ count: listFn({}).count }); });",
];

/** The latest run of the project, as `one`. */
const latest = 'const project = await loadProject();\nlet [one] = await project.runs();';

describeWith(['argo'], 'a pipeline on Argo Workflows, started from a cell', () => {
  let place: ArgoNamespace;
  let kernel: JupyterKernel;
  let folder: string;
  let saved: string[];
  beforeAll(async () => {
    place = await openArgoNamespace();
  }, 300_000);
  afterAll(() => place?.close());

  // a notebook and a kernel for each try: the one before may have left cells in the file, and one that still runs
  beforeEach(async () => {
    folder = installedFolder();
    saved = [];
    const pods = `{ namespace: ${place.namespace}, requests: { cpu: 50m, memory: 256Mi } }`;
    const image = `{ name: '${place.cluster.registry}/slipway-test/argo-cards/{function}' }`;
    writeFileSync(path.join(folder, 'project.yaml'), `name: cards\nimage: ${image}\nkubernetes: ${pods}\n`);
    const opened = await JupyterKernel.start(folder, { env: place.env });
    onTestFinished(() => opened.close());
    kernel = opened;
    await kernel.ready();
    for (const cell of cells) await define(cell);
  }, 600_000);

  /** Adds a cell to the notebook, saves it, and runs it. */
  const define = async (cell: string): Promise<void> => {
    saved.push(cell);
    saveNotebook(path.join(folder, 'nb.ipynb'), saved);
    expect((await kernel.execute(cell, { deadlineMs: 120_000 })).stderr).toBe('');
  };

  /** Runs a cell; gives what it sent, and the states of its card in order: as a page and, the last one, as text. */
  const show = async (
    code: string,
    onPage: (page: string) => void = () => undefined,
  ): Promise<CellMessages & { readonly pages: readonly string[]; readonly text: string }> => {
    const pages: string[] = [];
    let text = '';
    const onMessage = ({ displays }: CellMessages): void => {
      const { 'text/html': page = '', 'text/plain': plain = '' } = displays.at(-1)?.data ?? {};
      text = plain;
      if (pages.at(-1) === page) return;
      pages.push(page);
      onPage(page);
    };
    return { ...(await kernel.execute(code, { deadlineMs: 300_000, onMessage })), pages, text };
  };

  it('shows its card live until the outputs, and what failed is resumed from the next cell', async () => {
    for (const cell of [work(2), main]) await define(cell);
    const failed = await show("await main.run({ engine: 'argo', labels: { round: 'one' } });");
    expect(failed.stderr).toMatch(/cannot take 3[\s\S]*nb\.ipynb, cell 6, line 2/);
    expect(failed.text).toMatch(/^main · error [\s\S]*cannot take 3/);
    await kernel.ready();
    for (const cell of [work(5), main]) await define(cell);
    const done = await show(
      `${latest}\nconst again = await main.run({ resume: one.uid, kubernetes: { labels: { round: 'two' } }, name: 'by-hand' });`,
    );
    expect(done.stderr).not.toMatch(/^[A-Z_]+: /m);
    const live = done.pages.filter((page) => /<b>by-hand<\/b>.*running[\s\S]*step \d+/.test(page));
    expect(live.length).toBeGreaterThanOrEqual(2);
    expect(new Set(done.displays.map(({ id }) => id)).size).toBe(1);
    expect(done.text).toMatch(/^by-hand · completed [\s\S]*total +30/);
    const facts =
      '[again.outputs.total, again.record.cluster?.namespace, again.record.labels.round, again.steps[0].cached].join()';
    expect(await kernel.run(facts, 60_000)).toBe(`30,${place.namespace},one,true\n`);
  }, 900_000);

  it('is ended by the stop button, workflow and all', async () => {
    const workflows = (): readonly string[] => place.items('workflows').map(({ metadata }) => metadata.name);
    const before = workflows();
    await show("await stuck.run({ engine: 'argo' });", (page) => {
      if (page.includes('hanging')) kernel.interrupt();
    });
    await kernel.ready();
    const ended = `${latest}
for (const until = Date.now() + 120_000; one.state === 'running' && Date.now() < until; one = await project.run(one.uid))
  await new Promise((resolve) => setTimeout(resolve, 200));
[one.state, one.record.error?.message].join()`;
    const { stdout, stderr } = await kernel.execute(ended, { deadlineMs: 150_000 });
    expect(stdout + stderr).toContain(
      'aborted,the pipeline was aborted: it was interrupted in the notebook\n',
    );
    const started = workflows().filter((name) => !before.includes(name));
    expect(started).toEqual([expect.stringMatching(/^stuck-/)]);
    place.awaitEnd(...started);
  }, 600_000);
});
