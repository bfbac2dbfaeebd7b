import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolder, type Folder } from '../../e2e/slipway.ts';
import { describeWith } from '../../setup/components.ts';
import { type ArgoNamespace, openArgoNamespace } from './support/argo-namespace.ts';

const steps = (limit: number): string => `import type { Context, DataItem } from 'slipway';
export async function list(ctx: Context, { n = 3 }: { n?: number }) {
  console.log('listing', n);
  const numbers = await ctx.logDataset('numbers', Array.from({ length: n }, (_, i) => ({ i })));
  return { items: Array.from({ length: n }, (_, i) => i), numbers };
}
export async function split(_ctx: Context, { x }: { x: number }) { return { parts: [x * 10, x * 10 + 1] }; }
export async function work(_ctx: Context, { x }: { x: number }) {
  if (x >= ${limit}) throw new Error('cannot take ' + x);
  return { y: x * 10 };
}
export async function sum(_ctx: Context, { ys, data }: { ys: number[]; data: DataItem }) {
  const table = await data.table();
  return { total: ys.reduce((a, b) => a + b, 0), rows: table.column('i').length };
}
export async function read(_ctx: Context, { data }: { data: DataItem }) { return { x: (await data.table()).column('x').map(Number) }; }
export async function deploy(_ctx: Context, { total }: { total: number }) { return { done: total }; }
export async function notify(_ctx: Context, { status }: { status: { state: string; failed: string[]; skipped: string[]; error?: unknown } }) {
  return { told: status.state, failed: status.failed.length };
}
`;

const pipeline = `import { codeToFunction, gt, pipeline } from 'slipway';
const [list, work, sum, read, deploy, notify] = await Promise.all(
  ['list', 'work', 'sum', 'read', 'deploy', 'notify'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p, { n = 3 }: { n?: number }) => {
  const made = list({ n });
  const ys = p.map(made.items, (x: any) => work({ x }).y, { parallelism: 2 });
  const all = sum({ ys, data: made.numbers });
  p.when(gt(all.total, 1000), () => deploy({ total: all.total }));
  p.when(gt(all.total, 10), () => deploy.as('deploy-small')({ total: all.total }));
  const tables = p.map(['one.csv', 'two.csv'], (file: any) => read({ data: file }));
  p.onExit((status: any) => notify({ status }));
  return { total: all.total, tables: tables.x };
});
`;

const nested = `import { codeToFunction, pipeline } from 'slipway';
const [list, split, work] = await Promise.all(
  ['list', 'split', 'work'].map((handler) => codeToFunction({ filename: 'steps.ts', handler }) as any),
);
export default pipeline('main', (p) => ({
  ys: p.map(list({ n: 2 }).items, (x: any) => p.map(split({ x }).parts, (y: any) => work({ x: y }).y)),
}));
`;

interface Document {
  readonly uid: string;
  readonly state: string;
  readonly outputs: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly steps: readonly {
    readonly id: string;
    readonly state: string;
    readonly cached: boolean;
    readonly reason?: string;
    readonly runUid?: string;
    readonly results: Readonly<Record<string, unknown>>;
    readonly error?: { readonly message: string };
  }[];
}

describeWith(['argo'], 'a pipeline on Argo Workflows', () => {
  let place: ArgoNamespace;

  const run = async (
    folder: Folder,
    ...args: readonly string[]
  ): Promise<{ code: number | null; data: Document }> => {
    const { code, data } = await folder.json(['pipeline', ...args, '--quiet'], place.env);
    return { code, data: data as unknown as Document };
  };
  const states = ({ steps: list }: Document): Record<string, string> =>
    Object.fromEntries(list.map(({ id, state }) => [id, state]));

  beforeAll(async () => {
    place = await openArgoNamespace();
  });

  afterAll(() => place?.close());

  const project = (files: Readonly<Record<string, string>>): Folder =>
    createFolder({
      'project.yaml': `name: demo
image: { name: "${place.cluster.registry}/slipway-test/argo/{function}" }
kubernetes: { namespace: ${place.namespace}, requests: { cpu: 50m, memory: 256Mi } }
pipelines:
  - { name: main, file: main.pipeline.ts }
`,
      ...files,
    });

  it('that fails says where, skips the rest, tells its exit step, and is resumed there by what is left of it', async () => {
    const folder = project({
      'steps.ts': steps(2),
      'main.pipeline.ts': pipeline,
      'one.csv': 'x\n1\n',
      'two.csv': 'x\n2\n3\n',
    });
    const { code, data } = await run(folder, 'run', 'main', '--engine', 'argo');
    expect(code).toBe(1);
    expect(states(data)).toMatchObject({
      list: 'completed',
      work: 'error',
      'work[2]': 'error',
      sum: 'skipped',
      deploy: 'skipped',
      'deploy-small': 'skipped',
      notify: 'completed',
    });
    expect(data.error?.code).toBe('STEP_FAILED');
    expect(data.steps.find(({ id }) => id === 'work[2]')?.error?.message).toContain('cannot take 2');
    expect(data.steps.find(({ id }) => id === 'notify')?.results).toEqual({ told: 'error', failed: 1 });

    folder.write('steps.ts', steps(100));
    const { code: codeAfter, data: after } = await run(folder, 'resume', data.uid);
    expect(codeAfter).toBe(0);
    expect(after.state).toBe('completed');
    expect(states(after)).toMatchObject({
      work: 'completed',
      'work[0]': 'completed',
      'work[2]': 'completed',
      sum: 'completed',
      deploy: 'skipped',
      'deploy-small': 'completed',
      notify: 'completed',
    });
    expect(after.outputs, 'also of files that a map goes over').toEqual({ total: 30, tables: [[1], [2, 3]] });
    expect(after.steps.find(({ id }) => id === 'sum')?.results).toMatchObject({ total: 30, rows: 3 });
    expect(after.steps.find(({ id }) => id === 'deploy')?.reason).toContain('its condition does not hold');
    expect(after.steps.find(({ id }) => id === 'list')).toMatchObject({ cached: true });
  }, 600_000);

  it('that fails in a map inside a map is resumed inside it, with what the steps around it gave before', async () => {
    const folder = project({ 'steps.ts': steps(11), 'main.pipeline.ts': nested });
    const { code, data } = await run(folder, 'run', 'main', '--engine', 'argo', '--on-failure', 'continue');
    expect(code).toBe(1);
    expect(states(data)).toMatchObject({
      'split[1]': 'completed',
      'work[1][0]': 'completed',
      'work[1][1]': 'error',
    });

    folder.write('steps.ts', steps(100));
    const { code: codeAfter, data: after } = await run(folder, 'resume', data.uid);
    expect(codeAfter).toBe(0);
    expect(after.outputs).toEqual({
      ys: [
        [0, 10],
        [100, 110],
      ],
    });
    const cached = after.steps.filter((one) => one.cached).map(({ id }) => id);
    expect(cached).toEqual(expect.arrayContaining(['list', 'split[0]', 'split[1]']));
  }, 600_000);
});
