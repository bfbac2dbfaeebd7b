import '../../src/register-api.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../../src/projects/load-pipeline.ts';
import { startPipeline } from '../../src/projects/start-pipeline.ts';
import { folderWith, inWorkspace } from './support.ts';

const functions = `import type { Context, DataItem } from 'slipway';
export async function make(ctx: Context, { count = 3 }: { count?: number }) {
  const rows = await ctx.logDataset('rows', Array.from({ length: count }, (_, i) => ({ i, even: i % 2 === 0 })), { format: 'csv' });
  await ctx.logDataset('hidden', [{ a: 1 }], { format: 'csv' });
  return { rows, none: 0, name: 'made' };
}
export async function total(_ctx: Context, { data, factor = 1 }: { data: DataItem; factor?: number }) {
  const table = await data.table();
  return { total: factor * table.rowCount };
}
export function fail() {
  throw new Error('this always fails');
}
`;
const header = `import { codeToFunction, pipeline } from 'slipway';
import * as functions from './functions.ts';
const make = await codeToFunction(functions.make, { filename: 'functions.ts', handler: 'make' });
const total = await codeToFunction(functions.total, { filename: 'functions.ts', handler: 'total' });
const fail = await codeToFunction(functions.fail, { filename: 'functions.ts', handler: 'fail' });
`;
const project = (body: string, yaml = ''): string =>
  folderWith({
    'functions.ts': functions,
    'main.pipeline.ts': header + body,
    'project.yaml': `name: demo\npipelines:\n  - { name: main, file: main.pipeline.ts }\n${yaml}`,
  });
const counting = `export default pipeline('main', (p, { count = 4 }: { count?: number }) => {
  const made = make({ count });
  const all = total({ data: made.rows, factor: 10 });
  const hidden = total.as('hidden')({ data: p.artifact(made, 'hidden') });
  return { all: all.total, hidden: hidden.total, none: made.none, rows: made.rows };
});
`;

describe('a pipeline of project.yaml', () => {
  it('is loaded by name or file, with the types that its source tells, and runs', async () => {
    await inWorkspace(project(counting), async (workspace) => {
      const pipeline = await loadPipeline(workspace, 'main');
      expect(pipeline.name).toBe('main');
      expect(pipeline.parameters).toMatchObject([
        { name: 'count', typeText: 'number', default: 4, schema: { type: 'number' } },
      ]);
      expect((await loadPipeline(workspace, './main.pipeline.ts')).name).toBe('main');
      const running = await startPipeline(workspace, pipeline, { params: { count: 5 }, runtime: 'inline' });
      const record = await running.wait();
      expect(record.error).toBeUndefined();
      expect(record.state).toBe('completed');
      expect(record.outputs).toMatchObject({
        all: 50,
        hidden: 1,
        none: 0,
        rows: expect.stringMatching(/^store:\/\/demo\/rows@sha256:/),
      });
      const total = await workspace.store.getRun(
        record.steps?.find((step) => step.id === 'total')?.runUid ?? '',
      );
      expect(total).toMatchObject({
        kind: 'step',
        parent: record.uid,
        step: 'total',
        inputs: { data: { digest: expect.stringMatching(/^sha256:/) } },
      });
    });
  });

  it('checks its parameters by those types', async () => {
    await inWorkspace(project(counting), async (workspace) => {
      const pipeline = await loadPipeline(workspace, 'main');
      expect(() => pipeline.plan({ count: 'many' })).toThrow(
        expect.objectContaining({ code: 'INVALID_PARAMS', message: expect.stringContaining('"count"') }),
      );
    });
  });

  it('is an error with the failed step and every other one in its record', async () => {
    const body = `export default pipeline('main', () => {
  const made = make({});
  fail({}, { after: [made] });
  total({ data: made.rows }, { after: [] });
  total.as('late')({ data: made.rows }, { after: [fail.as('second')({})] });
});
`;
    await inWorkspace(project(body), async (workspace) => {
      const pipeline = await loadPipeline(workspace, 'main');
      const record = await (
        await startPipeline(workspace, pipeline, { onFailure: 'continue', runtime: 'inline' })
      ).wait();
      expect(record.state).toBe('error');
      expect(Object.fromEntries((record.steps ?? []).map((step) => [step.id, step.state]))).toEqual({
        make: 'completed',
        fail: 'error',
        second: 'error',
        total: 'completed',
        late: 'skipped',
      });
      expect(record.error).toMatchObject({
        code: 'STEP_FAILED',
        message: expect.stringContaining('this always fails'),
      });
      expect(record.steps?.find((step) => step.id === 'fail')?.error).toMatchObject({ line: 12 });
    });
  });

  it('refuses references used as values, with file and line, before anything of it runs', async () => {
    const body = `export default pipeline('main', () => {
  const made = make({});
  if (made.none) total({ data: made.rows });
});
`;
    await inWorkspace(project(body), async (workspace) => {
      await expect(loadPipeline(workspace, 'main')).rejects.toMatchObject({
        code: 'REFERENCE_AS_VALUE',
        message: expect.stringContaining('main.pipeline.ts:8:7: "made.none" is used as a condition'),
        location: { line: 8, column: 7 },
      });
      // from the remembered reading too
      await expect(loadPipeline(workspace, 'main')).rejects.toMatchObject({ code: 'REFERENCE_AS_VALUE' });
      writeFileSync(path.join(workspace.project.root, 'main.pipeline.ts'), header + counting);
      expect((await loadPipeline(workspace, 'main')).name).toBe('main');
    });
  });

  it('names both lines of the file when two steps have one id', async () => {
    const body = `export default pipeline('main', () => {
  make({});
  make({});
});
`;
    await inWorkspace(project(body), async (workspace) => {
      const pipeline = await loadPipeline(workspace, 'main');
      expect(() => pipeline.plan()).toThrow(/main\.pipeline\.ts:7:\d+ and at .*main\.pipeline\.ts:8:\d+/);
    });
  });

  it.each([
    ['mian', { code: 'PIPELINE_NOT_FOUND', kind: 'not-found', hint: 'did you mean "main"?' }],
    ['gone', { code: 'PIPELINE_NOT_FOUND', message: 'the file "gone.ts" of pipeline "gone" does not exist' }],
    ['other.ts', { code: 'PIPELINE_NOT_FOUND', message: 'the file "other.ts" does not exist' }],
    [
      'named',
      {
        code: 'PIPELINE_NOT_FOUND',
        message: 'the export "secnd" of "several.ts" does not exist',
        hint: 'did you mean "second"?',
      },
    ],
    [
      'several',
      { code: 'PIPELINE_NOT_FOUND', message: '"several.ts" exports several pipelines: first, second' },
    ],
    ['empty', { code: 'PIPELINE_NOT_FOUND', message: '"functions.ts" exports no pipeline' }],
  ])('is not found as "%s", and the error says what to do', async (reference, expected) => {
    const directory = project(
      counting,
      `  - { name: gone, file: gone.ts }
  - { name: named, file: several.ts, export: secnd }
  - { name: several, file: several.ts }
  - { name: empty, file: functions.ts }
`,
    );
    writeFileSync(
      path.join(directory, 'several.ts'),
      "import { pipeline } from 'slipway';\nexport const first = pipeline('first', () => ({}));\nexport const second = pipeline('second', () => ({}));\n",
    );
    await inWorkspace(directory, async (workspace) => {
      await expect(loadPipeline(workspace, reference)).rejects.toMatchObject(expected);
    });
  });
});
