import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFolder, type Folder, type Json, type Running, until } from './slipway.ts';

const patienceMs = 120_000;

const work = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export async function work(ctx, { until = '' }: { until?: string }) {
  writeFileSync(until + '.begun', '');
  while (!existsSync(until)) await setTimeout(20, undefined, { signal: ctx.signal });
  return { done: true };
}
`;

/** A project whose schedule has had its times for a while, so that the last one is due at once. */
function dueProject(flag: string): Folder {
  const folder = createFolder({ 'work.ts': work });
  folder.write(
    'project.yaml',
    `name: demo\nfunctions: [{ name: work, source: work.ts }]\nschedules:\n  - { name: every, function: work, cron: '* * * * *', startingDeadline: 10m, params: { until: ${flag} } }\n`,
  );
  const defined = { time: Date.now() - 60_000, kind: 'defined', cron: '* * * * *', timezone: 'UTC' };
  folder.write('.slipway/projects/demo/schedules/every/state.jsonl', `${JSON.stringify(defined)}\n`);
  return folder;
}

/** Processes that \`slipway schedule start\` has in a folder, as the system knows them. */
function schedulersIn(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid).endsWith('\0schedule\0start\0') && environmentHas(pid, folder))
    .map(Number);
}

const commandOf = (pid: string): string => readProcess(pid, 'cmdline');
const environmentHas = (pid: string, folder: string): boolean =>
  readProcess(pid, 'environ').split('\0').includes(`SLIPWAY_TEST_FOLDER=${folder}`);

/** Empty for a process that has ended meanwhile. */
function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function startServer(project: Folder, ...more: readonly string[]): Running {
  const home = createFolder();
  const args = ['server', '--port', '0', '--schedules', project.path, ...more];
  const server = home.start(args, { SLIPWAY_TEST_FOLDER: project.path }, 'ofItsOwn');
  onTestFinished(() => void server.child.kill());
  return server;
}

describe('slipway server --schedules', () => {
  it('starts the runs of the project beside the server, and again when what does so was killed', async () => {
    const flag = path.join(createFolder().path, 'go');
    const project = dueProject(flag);
    const server = startServer(project);
    await Promise.all([server.sees('tracking server at'), server.sees('every')]);
    await until(async () => existsSync(`${flag}.begun`), Boolean, patienceMs);
    const [first = 0, ...others] = await until(
      async () => schedulersIn(project.path),
      (pids) => pids.length === 1,
      patienceMs,
    );
    expect(others).toEqual([]);
    process.kill(first, 'SIGKILL');
    await server.sees('was killed by SIGKILL; it is started again in 1 s');
    const [second] = await until(
      async () => schedulersIn(project.path),
      (pids) => pids.length === 1 && pids[0] !== first,
      patienceMs,
    );
    writeFileSync(flag, '');
    const { data } = await until(
      () => project.json(['schedule', 'show', 'every']),
      (answer) => answer.data.times.some((time: { runState?: string }) => time.runState === 'completed'),
      patienceMs,
    );
    expect(data.times.filter(({ state }: { state: string }) => state === 'failed')).toEqual([]);
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    expect(schedulersIn(project.path)).toEqual([]);
    expect(second).not.toBe(first);
  }, 300_000);

  it.each([
    ['alone', (pid: number) => process.kill(pid, 'SIGTERM')],
    ['with all that it has started', (pid: number) => process.kill(-pid, 'SIGTERM')],
    ['from its terminal', (pid: number) => process.kill(-pid, 'SIGINT')],
  ])(
    'stops the runs of the schedules when it is asked to end, %s',
    async (_who, ask) => {
      const flag = path.join(createFolder().path, 'never');
      const project = dueProject(flag);
      const server = startServer(project);
      await until(async () => existsSync(`${flag}.begun`), Boolean, patienceMs);
      ask(server.child.pid ?? 0);
      const { code, stderr } = await server.ended;
      expect(code).toBe(0);
      expect(stderr).not.toContain('started again');
      const { data } = await project.json(['schedule', 'show', 'every']);
      // a minute that began meanwhile is left out
      const started = data.times.filter(({ state }: Json) => state === 'started');
      expect(started).toMatchObject([{ runState: 'aborted' }]);
      expect(schedulersIn(project.path)).toEqual([]);
    },
    300_000,
  );

  it('refuses a folder that is no project, or one that is wrong, before it listens', async () => {
    const empty = createFolder();
    const wrong = createFolder({ 'project.yaml': 'name: demo\nschedules: [{ name: every, cron: daily }]\n' });
    const right = dueProject('unused');
    const without = await startServer(right, '--schedules', empty.path).ended;
    expect([without.code, without.stdout]).toEqual([3, '']);
    expect(without.stderr).toContain(`"${empty.path}" has no project.yaml`);
    const broken = await startServer(right, '--schedules', wrong.path).ended;
    expect([broken.code, broken.stdout]).toEqual([2, '']);
    expect(broken.stderr).toContain('schedules[0]');
    expect(schedulersIn(right.path)).toEqual([]);
  });
});
