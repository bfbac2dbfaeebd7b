import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PackagedFunction } from '../../src/functions/function-spec.ts';
import { packageFunction } from '../../src/functions/package-function.ts';
import { createJob } from '../../src/runtime/create-job.ts';
import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import { createProcessRuntime } from '../../src/runtime/process/process-runtime.ts';

const cell = (source: string): object => ({
  cell_type: 'code',
  execution_count: null,
  metadata: {},
  outputs: [],
  source,
});
const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
  cells: [
    cell("import type { Context } from 'slipway';"),
    cell(
      'function half(value: number): number {\n  if (value % 2) throw new RangeError(`${value} is odd`);\n  return value / 2;\n}',
    ),
    cell(
      'async function train(ctx: Context, { depth }: { depth: number }) {\n  ctx.logMetric("depth", depth);\n  return { half: half(depth) };\n}',
    ),
  ],
};

describe('a failure in a notebook', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-place-'));
  const storeDirectory = path.join(root, '.slipway');
  let packaged: PackagedFunction;

  beforeAll(async () => {
    const source = path.join(root, 'train.ipynb');
    writeFileSync(source, JSON.stringify(notebook));
    packaged = await packageFunction({
      source,
      handlers: ['train'],
      root,
      cacheDirectory: path.join(storeDirectory, 'cache'),
    });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ['inline', createInlineRuntime],
    ['fresh process', () => createProcessRuntime()],
    ['pooled process', () => createProcessRuntime({ isolation: 'pool', poolSize: 1 })],
  ])('names notebook, cell and line in the %s runtime', async (_name, create) => {
    const runtime = create();
    const handler = packaged.spec.spec.handlers.train;
    if (!handler) throw new Error('the handler was not packaged');
    const job = createJob({
      project: 'place',
      storeDirectory,
      workingDirectory: root,
      function: { name: 'train', handler: 'train' },
      handler,
      bundleDirectory: packaged.bundle.directory,
      params: { depth: 3 },
    });
    const { state, error } = await (await runtime.submit(job)).wait();
    await runtime.close();
    expect(state).toBe('error');
    expect(error).toMatchObject({
      kind: 'user-code',
      message: expect.stringContaining('3 is odd'),
      notebook: expect.stringMatching(/train\.ipynb$/),
      cell: 2,
      line: 2,
    });
  });
});
