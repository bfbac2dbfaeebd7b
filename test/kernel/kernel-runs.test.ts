import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { installedFolder, saveNotebook } from './notebook-folder.ts';
import { cardsOf, cardText } from './shown.ts';
import { TslabSession } from './tslab-session.ts';
import { until } from './until.ts';

const imports = "import { codeToFunction, loadProject, type Context } from 'slipway';";

let folder: string;
let session: TslabSession;
let saved: string[];

/** Opens a notebook with these cells in a new folder and kernel, and runs those that start nothing. */
async function open(cells: readonly string[]): Promise<void> {
  folder = installedFolder();
  session = new TslabSession({ directory: folder });
  saved = [];
  for (const cell of cells)
    if (cell.includes('.run(')) saved.push(cell);
    else await run(cell);
}

beforeAll(() => open([imports]));

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
async function run(code: string): ReturnType<TslabSession['run']> {
  saved.push(code);
  saveNotebook(path.join(folder, 'nb.ipynb'), saved);
  return session.run(code);
}

/** What the latest run of the project says. */
async function latest(expression: string): Promise<string> {
  const code = `const project = await loadProject();\nconst [one] = await project.runs();\n${expression}`;
  const { stdout, stderr } = await session.run(code);
  return (stdout + stderr).trim();
}

describe('a handler in a notebook', () => {
  it('is taken as it is after it was changed in a later cell', async () => {
    await run('async function step(ctx: Context, {}: {}) { return { version: 1 }; }');
    await run('const first = await codeToFunction(step);\nawait first.run();');
    expect(await latest('one.results.version')).toBe('1');
    await run(
      'async function step(ctx: Context, { by = 1 }: { by?: number }) { return { version: 1 + by }; }',
    );
    await run('const second = await codeToFunction(step);\nawait second.run({ params: { by: 2 } });');
    expect(await latest('one.results.version')).toBe('3');
  });

  it('is not packaged from a file that has another text of it', async () => {
    const { status } = await session.run(
      'async function step(ctx: Context, {}: {}) { return { version: 9 }; }',
    );
    expect(status).toBe('ok');
    const { stderr } = await session.run('const third = await codeToFunction(step);');
    expect(stderr).toMatch(
      /^NOTEBOOK_NOT_SAVED: notebook ".*nb\.ipynb" has no cell that defines "step" as you ran it\n {2}hint: save the notebook/,
    );
    const named = await session.run("const third = await codeToFunction(step, { filename: 'nb.ipynb' });");
    expect(named.stderr).toMatch(/^NOTEBOOK_NOT_SAVED/);
  });

  it('is not packaged with a helper of another text than the one that ran, and is once the notebook is saved', async () => {
    await run('const half = (n: number): number => n / 2;');
    await run('async function halve(ctx: Context, { n = 8 }: { n?: number }) { return { half: half(n) }; }');
    const cell = saved.length - 1;
    const edited = 'const half = (n: number): number => n / 4;';
    await session.run(edited);
    const { stderr } = await session.run('const halving = await codeToFunction(halve);');
    expect(stderr).toMatch(
      new RegExp(
        `^NOTEBOOK_NOT_SAVED: cell ${cell} of notebook ".*" defines "half" otherwise than you ran it`,
      ),
    );
    saved[cell - 1] = edited;
    expect((await run('const halving = await codeToFunction(halve);\nawait halving.run();')).stderr).toBe('');
    expect(await latest('one.results.half')).toBe('2');
    const text = 'const half = (n: number): number => n * 2;';
    saveNotebook(path.join(folder, 'elsewhere.ipynb'), [imports, text, saved[cell] ?? '']);
    const { status } = await session.run(
      "const elsewhere = await codeToFunction({ filename: 'elsewhere.ipynb', handler: 'halve' });",
    );
    expect(status).toBe('ok');
  });

  it('is found in the notebook that has the very cell, where several define the name', async () => {
    saveNotebook(path.join(folder, 'other.ipynb'), [
      imports,
      'async function twin(ctx: Context, {}: {}) { return { from: 1 }; }',
    ]);
    await run('async function twin(ctx: Context, {}: {}) { return { from: 2 }; }');
    const { stdout } = await run('const twins = await codeToFunction(twin);\ntwins');
    expect(stdout).toContain('from nb.ipynb');
  });

  it.each(['inline', 'process'])(
    'that fails shows notebook, cell and line and nothing of the inside (%s)',
    async (runtime) => {
      const name = `broken_${runtime}`;
      await run(`async function ${name}(ctx: Context, { depth = 4 }: { depth?: number }) {
  const parts: string[] = [];
  const deep = () => { throw new TypeError('no such depth ' + depth); };
  deep();
}`);
      const cell = saved.length;
      const outcome = await run(
        `const ${name}_fn = await codeToFunction(${name});\nawait ${name}_fn.run({ runtime: '${runtime}' });`,
      );
      expect(outcome.status).toBe('error');
      expect(cardText(outcome)).toMatch(new RegExp(`^${name} · error in [\\d.]+ m?s · \\w{26}\n`));
      expect(outcome.stderr).toBe(`USER_CODE_FAILED: TypeError: no such depth 4
  at nb.ipynb, cell ${cell}, line 3
  3 |   const deep = () => { throw new TypeError('no such depth ' + depth); };
                                   ^
`);
    },
  );
});

describe('output of a run', () => {
  it('reaches the cell that started the run, also when that cell has ended', async () => {
    await run(`async function slow(ctx: Context, {}: {}) {
  console.log('begins');
  await new Promise<void>((resolve) => process.once('release' as any, () => resolve()));
  console.log('ends');
}`);
    saved.push('const slowly = await codeToFunction(slow);');
    saveNotebook(path.join(folder, 'nb.ipynb'), saved);
    await session.run('const slowly = await codeToFunction(slow);');
    const { outcome, ended } = await session.start('const pending = slowly.run();');
    await ended;
    await until('the run to begin', () => cardText(outcome).includes('begins'));
    const next = await session.run(
      "console.log('another cell');\nprocess.emit('release' as any);\nconst ended = await pending;",
    );
    expect(next.stdout).toBe('another cell\n');
    expect(cardText(outcome)).toMatch(/^slow · completed in [\s\S]*\n {4}begins\n {4}ends$/);
  });

  it('of many runs at once stands in a card for each', async () => {
    await run(
      "async function mutter(ctx: Context, { n }: { n: number }) {\n  process.stdout.write('run ' + n);\n}",
    );
    await run('const muttering = await codeToFunction(mutter);');
    const outcome = await run(
      'const all = await Promise.all(Array.from({ length: 20 }, (_, n) => muttering.run({ params: { n: n } })));',
    );
    expect(outcome.stderr).toBe('');
    const cards = cardsOf(outcome);
    expect(cards).toHaveLength(20);
    for (let n = 0; n < 20; n++)
      expect(cards.filter((card) => card.includes(`params     n=${n}\n`))[0]).toMatch(
        new RegExp(`^mutter · completed in .*[\\s\\S]* {4}run ${n}$`),
      );
  });

  it('of a million lines keeps its end in the card and all of it in the store, and the kernel goes on', async () => {
    await run(`async function flood(ctx: Context, { lines }: { lines: number }) {
  for (let i = 1; i <= lines; i++) console.log('line ' + i);
}`);
    await run('const flooding = await codeToFunction(flood);');
    const begun = performance.now();
    const outcome = await run('const flooded = await flooding.run({ params: { lines: 1000000 } });');
    const seconds = (performance.now() - begun) / 1000;
    expect(outcome.status).toBe('ok');
    expect(outcome.messages).toBe(0);
    expect(outcome.displays.length).toBeLessThan(4 * seconds + 5);
    expect(cardText(outcome)).toMatch(/\n {2}output, last 20 of 1,000,000 lines \(slipway logs \w{26}\)\n/);
    expect(cardText(outcome)).toMatch(/\n {4}line 999999\n {4}line 1000000$/);
    expect(cardsOf(outcome, 'text/html')[0]).toMatch(/line 999801\nline 999802\n[\s\S]*\nline 1000000</);
    const kept = await session.run("(await flooded.logs()).trimEnd().split('\\n').length");
    expect(kept.stdout).toBe('1000000\n');
  }, 600_000);
});

describe('the stop button', () => {
  it('aborts an inline run through ctx.signal', async () => {
    await run(`async function patient(ctx: Context, {}: {}) {
  console.log('waiting');
  await new Promise<void>((resolve, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('told to stop'))));
}`);
    await run('const patiently = await codeToFunction(patient);');
    const { outcome, ended } = await session.start('await patiently.run();');
    await until('the run to begin', () => cardText(outcome).includes('waiting'));
    session.interrupt();
    expect((await ended).status).toBe('error');
    await until('the run to end', () => cardText(outcome).includes('patient · aborted'));
    expect(await latest("one.state + ', ' + one.record.reason")).toBe(
      'aborted, it was interrupted in the notebook',
    );
    expect(outcome.stderr).toMatch(
      /^RUN_ABORTED: run "patient" was aborted: it was interrupted in the notebook\n/,
    );
    expect(outcome.stderr).not.toContain('tslab');
  });

  it('also ends a cell that goes on after its run was aborted, and the kernel goes on', async () => {
    const { outcome, ended } = await session.start(
      "await patiently.run({ throwOnFailure: false });\nconsole.log('on');\nawait new Promise(() => undefined);",
    );
    await until('the run to begin', () => cardText(outcome).includes('waiting'));
    session.interrupt();
    expect((await ended).status).toBe('error');
    expect((await session.run("'alive'")).stdout).toBe('alive\n');
  });

  it('ends the process of a run that never looks up', async () => {
    await run(
      "async function busy(ctx: Context, {}: {}) {\n  console.log('pid ' + process.pid + '.');\n  for (;;) {}\n}",
    );
    await run('const busily = await codeToFunction(busy);');
    const { outcome, ended } = await session.start("await busily.run({ runtime: 'process' });");
    await until('the run to begin', () => /pid \d+\./.test(cardText(outcome)));
    const pid = Number(/pid (\d+)\./.exec(cardText(outcome))?.[1]);
    session.interrupt();
    expect((await ended).status).toBe('error');
    await until('the run to end', () => cardText(outcome).includes('busy · aborted'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await latest('one.state')).toBe('aborted');
  });
});
