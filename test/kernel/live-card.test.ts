import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { onBusyMachines } from '../setup/on-busy-machines.ts';
import { installedFolder, saveNotebook } from './notebook-folder.ts';
import { cardText, displayed } from './shown.ts';
import { type CellOutcome, TslabSession } from './tslab-session.ts';
import { until } from './until.ts';

let folder: string;
let session: TslabSession;
let saved: string[];

/** Opens the notebook with these cells in a new kernel, and runs those that start nothing: earlier runs are in the store. */
async function open(cells: readonly string[]): Promise<void> {
  session = new TslabSession({ directory: folder });
  saved = [];
  for (const cell of cells)
    if (cell.includes('.run(')) saved.push(cell);
    else await run(cell);
}

beforeAll(async () => {
  folder = installedFolder();
  await open(["import { codeToFunction, pipeline, type Context } from 'slipway';"]);
});

// a cell of a test that failed may run for ever, and all that come after it wait for it
beforeEach(() => {
  const before = [...saved];
  onTestFailed(async () => {
    await session.kill();
    await open(before);
  });
});

afterAll(() => session.close());

/** Adds a cell to the notebook, saves it, and runs the cell. */
async function run(code: string): Promise<CellOutcome> {
  saved.push(code);
  saveNotebook(path.join(folder, 'nb.ipynb'), saved);
  return session.run(code);
}

/** Defines and packages a handler; what it waits for with `step()` happens when the test lets it. */
async function define(name: string, body: string, params = '{}: {}'): Promise<void> {
  await run(`async function ${name}(ctx: Context, ${params}) {\n${body}\n}`);
  const { status, stderr } = await run(`const ${name}Fn = await codeToFunction(${name});`);
  expect({ status, stderr }).toEqual({ status: 'ok', stderr: '' });
}

/** The messages of one display: when they were sent and what they show. */
function messagesOf(outcome: CellOutcome): readonly { at: number; update: boolean; text: string }[] {
  const [first] = outcome.displays;
  return outcome.displays
    .filter(({ id }) => id === first?.id)
    .map(({ at, update, data }) => ({ at, update, text: String(data['text/plain']) }));
}

const pause = 'const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));';

describe('the card of a run in a cell', () => {
  it(
    'is shown once, replaced in place at most four times a second, and left in its last state',
    onBusyMachines,
    async () => {
      await define(
        'busy',
        `${pause}\n  for (let i = 0; i < 300; i++) {\n    ctx.logMetric('loss', 1 / (i + 1), { step: i });\n    console.log('step ' + i);\n    await pause(8);\n  }\n  return { done: true };`,
      );
      const outcome = await run('const busyRun = await busyFn.run();');
      const messages = messagesOf(outcome);
      expect(new Set(outcome.displays.map(({ id }) => id)).size).toBe(1);
      expect(messages.map(({ update }) => update)).toEqual(messages.map((_, i) => i > 0));
      expect(messages.length).toBeGreaterThan(4);
      for (const { at } of messages)
        expect(messages.filter((other) => other.at >= at && other.at < at + 1000).length).toBeLessThanOrEqual(
          4,
        );
      expect(messages[0]?.text).toMatch(/^busy · (?:created|pending|running)/);
      expect(messages[2]?.text).toMatch(/^busy · running[\s\S]*metrics {4}loss=0\.\d+[\s\S]* {4}step \d+$/);
      expect(messages.at(-1)?.text).toMatch(
        /^busy · completed in [\d.]+ m?s · \w{26}\n {2}results {4}done=true\n {2}metrics {4}loss=0\.00333333\n {2}output, last 20 of 300 lines/,
      );
      const html = displayed(outcome, 'text/html')[0] ?? '';
      expect(html).toContain('<span class="state">completed</span>');
      expect(html).toContain('<svg class="spark"');
      expect(html).not.toContain('<script');
      expect(outcome.messages).toBe(0);
    },
  );

  it('shows the trials of a sweep as they end, and the best in the end', async () => {
    await define(
      'trial',
      `${pause}\n  await pause(300);\n  return { accuracy: depth === 3 ? 0.9 : 0.5 };`,
      '{ depth }: { depth: number }',
    );
    const outcome = await run(
      "const best = await trialFn.run({ hyperparams: { depth: [1, 2, 3, 4, 5, 6] }, selector: 'max.accuracy' });",
    );
    const texts = messagesOf(outcome).map(({ text }) => text);
    expect(texts.some((text) => /progress {3}[1-5] of 6 trials/.test(text))).toBe(true);
    expect(texts.at(-1)).toMatch(/ {2}best {7}trial 3 of 6\n/);
    const html = displayed(outcome, 'text/html')[0] ?? '';
    expect(html).toMatch(
      /<tr class="best"><td class="n">3<\/td><td class="n">3<\/td><td class="n">0\.9<\/td>/,
    );
  });

  it('shows the steps of a pipeline with their states, their order and the output of each', async () => {
    await define('load', "console.log('loading');\n  return { rows: 150 };");
    await define(
      'fit',
      "console.log('fitting ' + rows);\n  if (rows > 100) throw new Error('too many rows');\n  return {};",
      '{ rows }: { rows: number }',
    );
    await run(
      "const steps = pipeline('steps', (p, {}: {}) => {\n  const data = loadFn({});\n  fitFn({ rows: data.rows });\n  return {};\n});",
    );
    const outcome = await run('const stepped = await steps.run({ throwOnFailure: false });');
    expect(outcome.stderr).toBe('');
    const html = displayed(outcome, 'text/html')[0] ?? '';
    expect(html).toMatch(/<div class="step completed">.*?load.*?rows=150.*?loading/);
    expect(html).toMatch(
      /<div class="step error">.*?fit.*?too many rows \(nb\.ipynb, cell \d+, line 3\).*?fitting 150/,
    );
    expect(html.match(/<path d="M/g)).toHaveLength(1);
    expect(cardText(outcome)).toMatch(/^steps · error · [\s\S]*load +load +completed[\s\S]*fit +fit +error/);
  });

  it('shows a plot that the run logs: images in the card, a Vega-Lite specification below it', async () => {
    await define(
      'plots',
      `await ctx.logPlot('roc', '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>');
  await ctx.logPlot('bars', { mark: 'bar', data: { values: [{ a: 1 }] }, encoding: { x: { field: 'a' } } });`,
    );
    const outcome = await run('const plotted = await plotsFn.run();');
    expect(displayed(outcome, 'text/html')[0]).toMatch(/<img src="data:image\/svg\+xml;base64,/);
    const vega = outcome.displays.find(({ data }) => 'application/vnd.vegalite.v5+json' in data);
    expect(vega?.data['application/vnd.vegalite.v5+json']).toMatchObject({ mark: 'bar' });
    expect(vega?.data['text/plain']).toMatch(/^Plot bars /);
    const again = await run("await plotted.show('bars');");
    expect(again.displays.map(({ data }) => Object.keys(data))).toEqual([
      ['application/vnd.vegalite.v5+json', 'text/plain'],
    ]);
  });

  it('of a run that fails has the error with cell, line and source, and so has the exception', async () => {
    await define('broken', "throw new TypeError('no such depth');");
    const cell = saved.length - 1;
    const outcome = await run('await brokenFn.run();');
    expect(outcome.status).toBe('error');
    expect(displayed(outcome, 'text/html')[0]).toContain(
      `<span class="code">USER_CODE_FAILED</span> TypeError: no such depth</p><p class="dim">at nb.ipynb, cell ${cell}, line 2</p><pre>2 | throw`,
    );
    expect(outcome.stderr).toContain(`at nb.ipynb, cell ${cell}, line 2`);
  });

  it('goes on in the cell that started the run when another cell runs meanwhile', async () => {
    await define(
      'slow',
      "const letGo = new Promise<void>((resolve) => process.once('let-go' as any, () => resolve()));\n  console.log('waits');\n  await letGo;",
    );
    saved.push('const pending = slowFn.run();');
    const { outcome, ended } = await session.start('const pending = slowFn.run();');
    await ended;
    await until('the run to begin', () => cardText(outcome).includes('waits'));
    const next = await run("process.emit('let-go' as any);\nawait pending;");
    await until('the last state', () => cardText(outcome).includes('slow · completed'));
    expect(next.displays).toEqual([]);
  });
});

describe('other things shown in a cell', () => {
  it('what was packaged: cells with their first lines, what was left out and why, size and digest', async () => {
    await run("import { show, createTable, getOrCreateContext, loadProject } from 'slipway';");
    await run('const RATE = 0.5;\nconsole.log(RATE);');
    await run(
      '/** Scales.\n * @param by how much */\nfunction scale(ctx: Context, { by = 2 }: { by?: number }) {\n  return { scaled: by * RATE };\n}',
    );
    const outcome = await run('const scaleFn = await codeToFunction(scale);\nscaleFn');
    const [html = ''] = displayed(outcome, 'text/html');
    expect(html).toMatch(
      /<b>scale<\/b> <span class="state completed">packaged<\/span>.*?cells \d+, \d+ of nb\.ipynb · \d+ B · sha256:/,
    );
    expect(html).toContain('<code>const RATE = 0.5;</code>');
    expect(html).toContain('<code>console.log(RATE);</code></td><td class="dim">runs at top level');
    expect(displayed(outcome)[0]).toMatch(/^nb\.ipynb → sha256:[\s\S]*taken: {4}cell/);
    expect(outcome.stdout).toMatch(/^function scale: scale\(ctx, \{ by\?: number = 2 \}\)/);
  });

  it('documentation, once', async () => {
    const outcome = await run('scaleFn.doc()');
    expect(displayed(outcome, 'text/html')[0]).toMatch(/<h4>Params<\/h4>.*by.*number.*default 2.*how much/);
    expect(displayed(outcome)[0]).toMatch(
      /^scale\n {2}from nb\.ipynb\n[\s\S]*PARAMS\n {2}by {2}number {2}default 2/,
    );
    expect(outcome.stdout).toBe('documentation of scale, shown above\n');
  });

  it('tables and rows of any sort', async () => {
    const outcome = await run(
      "await show([{ id: 1n, at: new Date('2024-03-01'), name: '<b>' }]);\nawait show(createTable([{ a: 1 }]));",
    );
    expect(outcome.stderr).toBe('');
    const [rows, table] = displayed(outcome);
    expect(rows).toMatch(/^Table 1 row × 3 columns\n.*\n.*\n +1 {2}2024-03-01 {2}<b>$/);
    expect(table).toMatch(/^Table 1 row × 1 column/);
    expect(displayed(outcome, 'text/html')[0]).toContain('<td class="">&lt;b&gt;</td>');
  });

  it('runs in one table, the best marked', async () => {
    await run('for (const by of [1, 3, 2]) await scaleFn.run({ params: { by: by } });');
    const outcome = await run(
      "const project = await loadProject();\nconst scaled = await project.runs({ filter: \"name = 'scale'\" });\nawait scaled.show({ metrics: ['scaled'] });",
    );
    expect(outcome.stderr).toBe('');
    expect(displayed(outcome)[0]).toMatch(/^run +state[\s\S]* 3 +1\.5 \* /);
    expect(displayed(outcome, 'text/html')[0]).toContain('<td class="n best">1.5</td>');
  });

  it('a run of the store, as its card was', async () => {
    const outcome = await run(
      'const [again] = await project.runs({ filter: "name = \'busy\'" });\nawait again.show();',
    );
    expect(displayed(outcome, 'text/html')[0]).toMatch(/<b>busy<\/b>.*<svg class="spark"/);
    expect(displayed(outcome)[0]).toMatch(/^busy · completed/);
  });

  it('a plot that a context of the notebook logs, by the call that logs it', async () => {
    const outcome = await run(
      "const ctx = await getOrCreateContext('explore');\nconst line = await ctx.logPlot('line', '<svg xmlns=\"http://www.w3.org/2000/svg\"/>');",
    );
    expect(outcome.displays.map(({ data }) => data['image/svg+xml'])).toEqual([
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
    ]);
    await run('await ctx.complete();');
  });
});
