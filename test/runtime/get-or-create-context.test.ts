import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInlineRuntime } from '../../src/runtime/inline/inline-runtime.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunRecord } from '../../src/tracking/run.ts';
import {
  createRuntimeFixture,
  type RuntimeFixture,
  until,
  writeBundle,
} from '../contract/runtime-fixture.ts';
import { buildScript } from './build-script.ts';

const code = `
import { getOrCreateContext } from './src/runtime/get-or-create-context.ts';
const [name, request, action] = JSON.parse(process.argv[2]);
const ctx = await getOrCreateContext(name, request);
ctx.logMetric('loss', 0.5);
const same = await getOrCreateContext(name, request);
ctx.logResult('same', same.uid === ctx.uid);
void ctx.logArtifact('note', 'not waited for', { name: 'note.txt' });
process.stdout.write(ctx.uid + '\\n');
if (action === 'throw') throw new Error('the script broke');
if (action === 'exit') process.exit(4);
if (action === 'wait') setInterval(() => {}, 1000);
if (action === 'complete') {
  await ctx.complete();
  try { ctx.logResult('late', 1); } catch (error) { process.stdout.write(error.code); }
}
if (action === 'fail') await ctx.fail(new Error('given up'));
`;

describe('a script with a context of its own', () => {
  let fixture: RuntimeFixture;
  let script: string;
  beforeAll(async () => {
    script = await buildScript(code);
  });
  beforeEach(() => {
    fixture = createRuntimeFixture();
    writeFileSync(path.join(fixture.root, 'project.yaml'), 'name: contract\n');
  });
  afterEach(() => fixture.remove());

  const environment = (more: Record<string, string> = {}): Record<string, string | undefined> => {
    const { SLIPWAY_HOME: _home, SLIPWAY_PROJECT: _project, SLIPWAY_RUN: _run, ...env } = process.env;
    return { ...env, ...more };
  };
  const start = (request: object, action = '', more: Record<string, string> = {}) =>
    spawnSync(process.execPath, [script, JSON.stringify(['explore', request, action])], {
      cwd: fixture.root,
      env: environment(more),
      encoding: 'utf8',
    });
  const last = (): Promise<RunRecord> => fixture.store.getRun('@last');

  it('completes with the process, everything saved, in the project it stands in', async () => {
    const { status, stderr } = start({ params: { depth: 3 }, labels: { team: 'a' } });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(await last()).toMatchObject({
      name: 'explore',
      project: 'contract',
      state: 'completed',
      params: { depth: 3 },
      labels: { team: 'a' },
      metrics: { loss: 0.5 },
      results: { same: true },
      artifacts: [{ key: 'note' }],
    });
  });

  it('is an error when the script throws or exits with a code', async () => {
    expect(start({}, 'throw').status).toBe(1);
    expect(await last()).toMatchObject({
      state: 'error',
      exitCode: 1,
      error: { message: expect.stringContaining('the script broke') },
    });
    expect(start({}, 'exit').status).toBe(4);
    expect(await last()).toMatchObject({ state: 'error', exitCode: 4, error: { code: 'RUN_EXITED' } });
  });

  it('ends when the script says so, after which nothing can be logged', async () => {
    expect(start({}, 'complete').stdout).toContain('CONTEXT_CLOSED');
    expect(await last()).toMatchObject({ state: 'completed', artifacts: [{ key: 'note' }] });
    expect(start({}, 'fail').status).toBe(0);
    expect(await last()).toMatchObject({
      state: 'error',
      error: { message: expect.stringContaining('given up') },
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is aborted by %s, which still ends the process',
    async (signal) => {
      const child = spawn(process.execPath, [script, JSON.stringify(['explore', {}, 'wait'])], {
        cwd: fixture.root,
        env: environment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
      expect(await last()).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
    },
  );

  it('is lost, not running, when the process is killed', async () => {
    const child = spawn(process.execPath, [script, JSON.stringify(['explore', {}, 'wait'])], {
      cwd: fixture.root,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [uid] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(
      'it is seen as lost',
      async () => (await fixture.store.getRun(String(uid).trim())).state === 'lost',
    );
  });

  it('goes on with an earlier run as the resume policy allows', async () => {
    const uid = 'my-run';
    expect(start({ uid, resume: 'must' }).stderr).toContain('does not exist');
    expect(start({ uid, resume: 'allow' }).status).toBe(0);
    expect(start({ uid }).stderr).toContain('exists already');
    expect(start({ uid, resume: 'must' }).status).toBe(0);
    const points = await fixture.store.metricHistory(uid, 'loss');
    expect(points).toHaveLength(2);
    expect((await fixture.store.getRun(uid)).state).toBe('completed');
  });

  it('belongs to the run that started it, whose own journal it leaves alone', async () => {
    const inline = createInlineRuntime();
    const directory = path.join(fixture.root, 'starting');
    writeBundle(
      directory,
      `import { spawnSync } from 'node:child_process';
       export const starting = (ctx, { script, args }) => ({ out: spawnSync(process.execPath, [script, args], { encoding: 'utf8' }).stdout.trim() });`,
    );
    const params = { script, args: JSON.stringify(['inner', {}, '']) };
    const running = await inline.submit(fixture.job('starting', { bundleDirectory: directory, params }), {
      store: fixture.store,
    });
    const { record } = await running.wait();
    expect(record.state).toBe('completed');
    expect(record.metrics).toEqual({});
    expect(await fixture.store.getRun(String(record.results.out))).toMatchObject({
      name: 'inner',
      parent: record.uid,
      state: 'completed',
      metrics: { loss: 0.5 },
    });
    await inline.close();
  });

  it('takes over the run it was started for where nobody else writes it', async () => {
    const store = openLocalStore({ directory: path.join(fixture.root, '.slipway'), project: 'contract' });
    // a submitter that has handed its run over and gone: a process of its own creates it
    const creator = await buildScript(`
      import { openLocalStore } from './src/tracking/local/local-store.ts';
      const store = openLocalStore({ directory: process.argv[2], project: 'contract' });
      store.createRun({ uid: 'handed-over', name: 'command', project: 'contract', runKind: 'run', params: { a: 1 }, inputs: {}, labels: {} }).close();
    `);
    spawnSync(process.execPath, [creator, path.join(fixture.root, '.slipway')]);
    expect(start({}, '', { SLIPWAY_RUN: 'handed-over' }).status).toBe(0);
    expect(await store.getRun('handed-over')).toMatchObject({
      state: 'completed',
      params: { a: 1 },
      metrics: { loss: 0.5 },
    });
    await store.close();
  });

  it('is the handler’s own inside a handler', async () => {
    const inline = createInlineRuntime();
    const { getOrCreateContext } = await import('../../src/runtime/get-or-create-context.ts');
    const handler = async (ctx: { uid: string }) => ({
      same: (await getOrCreateContext('inner')).uid === ctx.uid,
    });
    const running = await inline.submit(fixture.job('live'), { store: fixture.store, live: handler });
    expect((await running.wait()).record.results).toEqual({ same: true });
    await inline.close();
  });
});
