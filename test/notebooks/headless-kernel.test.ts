import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findTslab } from '../../src/notebooks/headless/find-tslab.ts';
import { type Kernel, type KernelEvent, openKernel } from '../../src/notebooks/headless/kernel.ts';
import { kernelEntry } from '../../src/projects/notebook-run/kernel-process.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-headless-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

async function startKernel(): Promise<{ readonly kernel: Kernel; readonly events: readonly KernelEvent[] }> {
  const directory = temporaryFolder();
  const events: KernelEvent[] = [];
  const kernel = await openKernel({
    directory,
    tslab: findTslab(directory),
    notebook: path.join(directory, 'nb.ipynb'),
    displayPath: 'nb.ipynb',
    entry: kernelEntry(),
    env: process.env,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => kernel.close());
  return { kernel, events };
}

const textOf = (events: readonly KernelEvent[]): string =>
  events.map((event) => (event.type === 'stream' ? event.text : '')).join('');

describe('tslab, driven without Jupyter', () => {
  it('has the parts that are wrapped, in the version that is known', () => {
    const load = createRequire(path.join(findTslab(process.cwd()), 'dist', 'main.js'));
    expect(load('../package.json')).toMatchObject({ name: 'tslab', version: '1.0.22' });
    expect(load('./converter.js')).toMatchObject({ createConverter: expect.any(Function) });
    expect(load('./executor.js')).toMatchObject({ createExecutor: expect.any(Function) });
    expect(load('./jupyter.js')).toMatchObject({ JupyterHandlerImpl: expect.any(Function) });
    expect(load('@tslab/typescript-for-tslab')).toMatchObject({
      version: '5.0.4',
      createWatchCompilerHost: expect.any(Function),
      transpileModule: expect.any(Function),
    });
  });

  it('shares bindings between cells, redeclares, awaits, prints last expressions and displays', async () => {
    const { kernel, events } = await startKernel();
    const cells = [
      "import { display } from 'tslab';\nconst x: number | string = 1;",
      'function late() { return x; }',
      "const x = 'two';",
      'const y = await Promise.resolve(3);\nconsole.error(late());\ny',
      "display.html('<i>a</i>');",
    ];
    for (const [at, code] of cells.entries()) expect(await kernel.execute(at + 1, code)).toBeUndefined();
    expect(textOf(events)).toBe('two\n3\n');
    expect(events.at(-1)).toEqual({ type: 'display', data: { 'text/html': '<i>a</i>' }, update: false });
  });

  it('tells where an error comes from, below types, comments, blank lines and awaits, and goes on afterwards', async () => {
    const { kernel, events } = await startKernel();
    await kernel.execute(
      1,
      'interface A {\n  a: number;\n}\n\n// note\nasync function fail({ a }: A): Promise<void> {\n\n  await null;\n  throw new TypeError(`a is ${a}`);\n}',
    );
    expect(await kernel.execute(2, '\n\nawait fail({ a: 1 });')).toMatchObject({
      name: 'TypeError',
      message: 'a is 1',
      cell: 1,
      line: 9,
      column: 9,
      frames: ['cell 1, line 9 in fail', 'cell 2, line 3'],
    });
    expect(await kernel.execute(3, 'const b: number = 1;\nconst c: string = b;')).toMatchObject({
      name: 'TypeCheckError',
      refused: true,
      cell: 3,
      line: 2,
      column: 7,
    });
    expect(await kernel.execute(4, 'console.log("on")')).toBeUndefined();
    expect(textOf(events)).toBe('on\n');
  });

  it('loses nothing of what a cell writes in one go', async () => {
    const { kernel, events } = await startKernel();
    await kernel.execute(1, 'for (let at = 0; at < 50_000; at++) console.log(at);');
    expect(textOf(events).split('\n').length - 1).toBe(50_000);
  });

  it('says how the process ended', async () => {
    const { kernel } = await startKernel();
    await expect(kernel.execute(1, 'process.exit(7)')).rejects.toMatchObject({
      code: 'NOTEBOOK_KERNEL_ENDED',
      message: 'the kernel of "nb.ipynb" ended with exit code 7 while cell 1 ran',
    });
    const other = await startKernel();
    await expect(other.kernel.execute(1, "process.kill(process.pid, 'SIGKILL')")).rejects.toMatchObject({
      message: 'the kernel of "nb.ipynb" was killed by SIGKILL while cell 1 ran',
    });
  });
});
