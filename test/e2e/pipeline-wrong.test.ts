import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, type Folder, type Json } from './slipway.ts';

const steps = `import { existsSync, rmSync } from 'node:fs';
import type { Context, DataItem } from 'slipway';
export async function make(ctx: Context, { n = 1 }: { n?: number }) {
  const rows = await ctx.logDataset('rows', [{ n }]);
  return { rows, n, list: [n, n + 1] };
}
export function use(_ctx: Context, { n }: { n: number }) { return { n: n + 1 }; }
export function fails(_ctx: Context, { n }: { n: number }) {
  if (existsSync('broken')) throw new Error('cannot take ' + n);
  return { n };
}
export async function read(_ctx: Context, { data }: { data: DataItem }) { return { rows: (await data.table()).rowCount }; }
export function forget(_ctx: Context, { n }: { n: number }) {
  if (existsSync('broken')) rmSync('.slipway/artifacts', { recursive: true });
  return { n };
}
export function odd(_ctx: Context, {}: {}) {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  return { circle };
}
export function wait(ctx: Context, {}: {}) {
  ctx.logger.info('waiting now');
  return new Promise<void>((resolve) => {
    const alive = setInterval(() => undefined, 1000);
    ctx.signal.addEventListener('abort', () => { clearInterval(alive); resolve(); });
  });
}
`;
const names = ['make', 'use', 'fails', 'read', 'forget', 'odd', 'wait'];
const file = (body: string): string => `import { codeToFunction, pipeline } from 'slipway';
${names.map((name) => `const ${name} = await codeToFunction({ filename: 'steps.ts', handler: '${name}' });`).join('\n')}
export default pipeline('main', (p) => {
${body}
});
`;

function project(body: string): Folder {
  return createFolder({
    'project.yaml': 'name: demo\nruntime: inline\npipelines:\n  - name: main\n    file: main.ts\n',
    'steps.ts': steps,
    'main.ts': file(body),
  });
}

const stepOf = (data: Json, id: string): Json => data.steps.find((step: Json) => step.id === id);
const states = (data: Json): Record<string, string> =>
  Object.fromEntries(data.steps.map((step: Json) => [step.id, step.state]));

/** The plan that a run was started with, which is changed on disk. */
function changePlan(folder: Folder, change: (plan: Json) => void): void {
  const plans = path.join(folder.path, '.slipway/plans');
  for (const name of readdirSync(plans).filter((one) => one.endsWith('.json'))) {
    const archived = JSON.parse(readFileSync(path.join(plans, name), 'utf8'));
    change(archived.plan);
    writeFileSync(path.join(plans, name), JSON.stringify(archived));
  }
}

describe('when things go wrong with a pipeline:', () => {
  const chain =
    'const a = make({});\nconst b = fails({ n: a.n });\nconst c = use({ n: b.n });\nreturn { n: c.n };';

  it.each<[string, string, (plan: Json) => void, RegExp]>([
    [
      'a cycle',
      'PLAN_INVALID',
      ({ spec }) => spec.steps[0].after.push('use'),
      /steps wait for each other: fails → make → use → fails/,
    ],
    [
      'an unknown reference',
      'PLAN_INVALID',
      ({ spec }) => {
        spec.steps[2].arguments.n.step = 'usee';
      },
      /"usee"/,
    ],
    [
      'two steps with one id in a plan',
      'PLAN_INVALID',
      ({ spec }) => {
        spec.steps[2].id = 'make';
      },
      /"make"/,
    ],
    [
      'a plan newer than the tool',
      'PLAN_TOO_NEW',
      (plan) => {
        plan.apiVersion = 'slipway/v2';
      },
      /version "slipway\/v2", this Slipway reads "slipway\/v1"/,
    ],
  ])('%s is refused with 2, and nothing runs', async (_what, code, change, message) => {
    const folder = project(chain);
    folder.write('broken', '');
    const failed = await folder.json(['pipeline', 'run']);
    expect(failed.code).toBe(1);
    changePlan(folder, change);
    rmSync(path.join(folder.path, 'broken'));
    const before = (await folder.json(['get', 'runs', '--all'])).data.length;
    const resumed = await folder.json(['pipeline', 'resume', failed.data.uid, '--as-planned']);
    expect(resumed.code).toBe(2);
    expect(resumed.data.error).toMatchObject({ code, hint: expect.any(String) });
    expect(resumed.data.error.message).toMatch(message);
    expect(resumed.stderr).not.toMatch(/^ +at /m);
    expect((await folder.json(['get', 'runs', '--all'])).data).toHaveLength(before);
  });

  it('two steps with one id in the source are refused with 2, naming both lines', async () => {
    const folder = project('make({});\nmake({});\nreturn {};');
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(2);
    expect(data.error.code).toBe('STEP_DUPLICATE');
    expect(data.error.message).toMatch(/main\.ts:10.*main\.ts:11/);
  });

  it('a reference of another pipeline is refused with 2', async () => {
    const folder = project('return {};');
    folder.write(
      'project.yaml',
      'name: demo\npipelines:\n  - name: elsewhere\n    file: foreign.ts\n    export: elsewhere\n',
    );
    folder.write(
      'foreign.ts',
      file('return {};').replace('export default', 'const other =') +
        `let kept: any;
const first = pipeline('first', () => { kept = make({}); return {}; });
first.plan();
export const elsewhere = pipeline('elsewhere', () => ({ n: use({ n: kept.n }).n }));
`,
    );
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(2);
    expect(data.error).toMatchObject({
      code: 'REFERENCE_FOREIGN',
      message: expect.stringContaining('"first"'),
    });
  });

  it('a map over something that is no list fails its first step with MAP_INVALID and exit code 1', async () => {
    const folder = project(
      'const a = make({});\nconst all = p.map((a as any).n, (n: any) => use({ n }));\nreturn { all: (all as any).n };',
    );
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(1);
    expect(states(data)).toEqual({ make: 'completed', use: 'error' });
    expect(stepOf(data, 'use').error).toMatchObject({ code: 'MAP_INVALID', hint: expect.any(String) });
    expect(data.error.message).toContain('goes over a list or an object, but got 1');
  });

  it('an output that cannot be serialised fails the step that gives it, by name, with exit code 1', async () => {
    const folder = project('const a = odd({});\nconst b = use({ n: (a as any).circle });\nreturn {};');
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(1);
    expect(states(data)).toEqual({ odd: 'error', use: 'skipped' });
    expect(stepOf(data, 'odd').error.message).toContain('"circle"');
    expect(stepOf(data, 'odd').error.hint).toEqual(expect.any(String));
  });

  it('an artifact deleted between steps fails the step that needs it, and is made again by resuming', async () => {
    const folder = project(
      'const a = make({});\nconst b = forget({ n: a.n });\nconst c = p.after(b).do(() => read({ data: a.rows }));\nreturn { rows: c.rows };',
    );
    folder.write('broken', '');
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(1);
    expect(stepOf(data, 'read').error).toMatchObject({
      code: 'STEP_ARTIFACT_GONE',
      hint: expect.stringContaining('slipway pipeline resume'),
    });
    rmSync(path.join(folder.path, 'broken'));
    const resumed = await folder.json(['pipeline', 'resume']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.data.outputs).toEqual({ rows: 1 });
    expect(resumed.stderr).toContain('step "make" runs again: its artifact "rows" is no longer in the store');
  });

  it('a damaged record of a cached step counts as none: the step runs, says so, and is kept again', async () => {
    const folder = project('const a = make({});\nreturn { n: a.n };');
    const first = await folder.json(['pipeline', 'run', '--cache']);
    expect(first.code).toBe(0);
    const journal = `runs/${stepOf(first.data, 'make').runUid}/events.jsonl`;
    const projects = path.join(folder.path, '.slipway/projects');
    const files = readdirSync(projects, { recursive: true, encoding: 'utf8' });
    for (const name of files.filter((one) => one.endsWith(journal))) {
      const at = path.join(projects, name);
      writeFileSync(at, readFileSync(at, 'utf8').replace('{"seq":2', '{"half":'));
    }
    const again = await folder.json(['pipeline', 'run', '--cache']);
    expect(again.code).toBe(0);
    expect(stepOf(again.data, 'make')).toMatchObject({ state: 'completed', cached: false });
    expect(stepOf(again.data, 'make').reason).toMatch(/^ran: .*damaged/);
    expect(stepOf((await folder.json(['pipeline', 'run', '--cache'])).data, 'make').cached).toBe(true);
  });

  it('a killed engine leaves a run that is lost, with its steps as they stood, and that can be resumed', async () => {
    const folder = project(
      'const a = make({});\nconst b = p.after(a).do(() => wait({}));\nuse({ n: a.n });\nreturn { n: a.n };',
    );
    const running = folder.start(['pipeline', 'run']);
    await running.sees('waiting now');
    running.child.kill('SIGKILL');
    await running.ended;
    const { data } = await folder.json(['describe', '@last']);
    expect(data).toMatchObject({ kind: 'pipeline', state: 'lost' });
    expect(stepOf(data, 'make').state).toBe('completed');
    expect(Object.keys(states(data)).sort()).toEqual(['make', 'use', 'wait']);
    folder.write('steps.ts', steps.replace("ctx.logger.info('waiting now');", 'return;'));
    const resumed = await folder.json(['pipeline', 'resume', data.uid]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(stepOf(resumed.data, 'make').cached).toBe(true);
  });

  it('the report is complete after an interrupt: what completed, was cancelled and never started; exit code 130', async () => {
    const folder = project(
      'const a = make({});\nconst b = p.after(a).do(() => wait({}));\np.after(b).do(() => use({ n: a.n }));\nreturn { n: a.n };',
    );
    const running = folder.start(['pipeline', 'run', '-o', 'json']);
    await running.sees('waiting now');
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    const data = JSON.parse(stdout);
    expect(states(data)).toEqual({ make: 'completed', wait: 'aborted', use: 'skipped' });
    expect(stepOf(data, 'use').reason).toEqual(expect.any(String));
    expect(data).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
  });

  it('the report is complete after the time is over; exit code 124', async () => {
    const folder = project('const a = wait({});\np.after(a).do(() => make({}));\nreturn {};');
    const { code, data } = await folder.json(['pipeline', 'run', '--timeout', '5s']);
    expect(code).toBe(124);
    expect(states(data)).toEqual({ wait: 'aborted', make: 'skipped' });
    expect(data.error.code).toBe('RUN_TIMEOUT');
  });

  it('the report is complete after a failure: failed and skipped steps; exit code 1', async () => {
    const folder = project(`${chain.replace('return', 'p.onExit(() => use.as("bye")({ n: 0 }));\nreturn')}`);
    folder.write('broken', '');
    const { code, data } = await folder.json(['pipeline', 'run']);
    expect(code).toBe(1);
    expect(states(data)).toEqual({ make: 'completed', fails: 'error', use: 'skipped', bye: 'completed' });
    expect(data.error.details).toMatchObject({ failed: ['fails'] });
  });
});
