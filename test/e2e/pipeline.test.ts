import { describe, expect, it } from 'vitest';
import { createFolder, type Folder, type Json } from './slipway.ts';

const steps = `import type { Context } from 'slipway';
export function one(ctx: Context, { n = 1 }: { n?: number }) { return { value: n }; }
export async function twice(ctx: Context, { value }: { value: number }) {
  ctx.logMetric('seen', value);
  await ctx.logArtifact('note', String(value), { name: 'note.txt' });
  console.log('doubling', value);
  return { value: value * 2 };
}
export function fails(ctx: Context, { value }: { value: number }) { throw new Error('cannot take ' + value); }
`;

const file = (body: string): string => `import { codeToFunction, pipeline } from 'slipway';
const one = await codeToFunction({ filename: 'steps.ts', handler: 'one' });
const twice = await codeToFunction({ filename: 'steps.ts', handler: 'twice' });
const fails = await codeToFunction({ filename: 'steps.ts', handler: 'fails' });
export default pipeline('sums', (p, { n = 3 }: { n?: number }) => {
${body}
});
`;

function project(body: string): Folder {
  return createFolder({
    'project.yaml': 'name: demo\npipelines:\n  - name: sums\n    file: sums.ts\n',
    'steps.ts': steps,
    'sums.ts': file(body),
  });
}

const good = '  const a = one({ n });\n  const b = twice({ value: a.value });\n  return { total: b.value };';
const bad =
  '  const a = one({ n });\n  const b = fails({ value: a.value });\n  const c = twice({ value: b.value });\n  const d = twice.as("aside")({ value: a.value });\n  return { total: c.value };';

describe('slipway pipeline', () => {
  it('runs the only pipeline of the project and prints one JSON document', async () => {
    const folder = project(good);
    const { code, data, stderr } = await folder.json(['pipeline', 'run', '-p', 'n=5']);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(data).toMatchObject({
      name: 'sums',
      project: 'demo',
      state: 'completed',
      params: { n: 5 },
      outputs: { total: 10 },
    });
    expect(data.steps.map((step: Json) => [step.id, step.state, step.cached, step.results])).toEqual([
      ['one', 'completed', false, { value: 5 }],
      ['twice', 'completed', false, { value: 10 }],
    ]);
    expect(data.steps[0].runUid).toMatch(/^[0-9a-z]{26}$/);
    expect((await folder.json(['get', 'runs'])).data).toMatchObject([{ uid: data.uid, kind: 'pipeline' }]);
    expect((await folder.json(['describe', data.uid])).data.steps).toHaveLength(2);
  });

  it('prints steps, outputs, metrics and artifacts for people', async () => {
    const folder = project(good);
    const { code, stdout, stderr } = await folder.slipway(['pipeline', 'run', 'sums']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sums completed in /);
    expect(stdout).toMatch(/^twice +completed .*value=6/m);
    expect(stdout).toMatch(/outputs +total +6/);
    expect(stdout).toMatch(/metrics +twice +seen=3/);
    expect(stdout).toMatch(/artifacts +twice +note/);
    expect(stdout).toContain(`stored in  ${folder.path}`);
    expect(stdout).toContain('slipway describe ');
    expect(stderr).toContain('doubling 3');
    expect(stderr).toContain('one: completed');
  });

  it('shows its plan without running anything', async () => {
    const folder = project(good);
    const { data, code } = await folder.json(['pipeline', 'plan']);
    expect(code).toBe(0);
    expect(data).toMatchObject({ apiVersion: 'slipway/v1', kind: 'Plan', spec: { arguments: { n: 3 } } });
    expect((await folder.slipway(['pipeline', 'plan', 'sums'])).stdout).toContain('twice');
    expect((await folder.json(['get', 'runs', '--all'])).data).toEqual([]);
  });

  it('fails with its step, which is in the report with its reason, and so is what was skipped', async () => {
    const folder = project(bad);
    const { code, data } = await folder.json(['pipeline', 'run', '--on-failure', 'continue']);
    expect(code).toBe(1);
    expect(data.state).toBe('error');
    const states = Object.fromEntries(data.steps.map((step: Json) => [step.id, step.state]));
    expect(states).toEqual({ one: 'completed', fails: 'error', twice: 'skipped', aside: 'completed' });
    expect(data.steps.find((step: Json) => step.id === 'fails').error.message).toContain('cannot take 3');
    expect(data.steps.find((step: Json) => step.id === 'twice').reason).toContain('fails');
    expect(data.error).toBeDefined();
    const people = await folder.slipway(['pipeline', 'run']);
    expect(people.code).toBe(1);
    expect(people.stdout).toContain('cannot take 3');
    expect(people.stderr).toMatch(/^error: /m);
  });

  it.each([
    ['a pipeline that does not exist', ['pipeline', 'run', 'smus'], 3, 'did you mean "sums"?'],
    ['a param that does not exist', ['pipeline', 'run', '-p', 'm=1'], 2, '"m"'],
    ['a param of the wrong type', ['pipeline', 'run', '-p', 'n=many'], 2, '"n"'],
  ])('refuses %s', async (_what, args, exitCode, text) => {
    const folder = project(good);
    const { code, data } = await folder.json(args);
    expect(data.error).toBeDefined();
    expect(code).toBe(exitCode);
    expect(`${data.error.message} ${data.error.hint}`).toContain(text);
  });

  it.each([
    ['a reference used as a value', '  const a = one({ n });\n  return { text: "it is " + a.value };'],
    ['code that throws', '  throw new Error("while building");'],
  ])('refuses %s with 2, because nothing can start', async (_what, body) => {
    const folder = project(body);
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(data.error.kind).toBe('usage');
    expect(code).toBe(2);
    expect((await folder.json(['get', 'runs', '--all'])).data).toEqual([]);
  });

  it('fails at a result that no step gave, and names the nearest', async () => {
    const folder = project('  const a = one({ n });\n  return { total: twice({ value: a.valeu }).value };');
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(1);
    expect(data.error).toMatchObject({
      message: expect.stringContaining('"valeu"'),
      hint: 'did you mean "value"?',
    });
    expect(data.steps.map((step: Json) => [step.id, step.state])).toEqual([
      ['one', 'completed'],
      ['twice', 'error'],
    ]);
  });

  it('says what to do where there is no pipeline', async () => {
    const folder = createFolder();
    const { code, stderr } = await folder.slipway(['pipeline', 'run']);
    expect(code).toBe(3);
    expect(stderr).toContain('hint: add one under "pipelines:"');
  });
});
