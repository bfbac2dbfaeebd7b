import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { createFolder, type Folder, type Json, node, until } from './slipway.ts';

const script = `
import { getOrCreateContext } from 'slipway';
const ctx = await getOrCreateContext('explore', { params: { depth: 3 } });
ctx.logMetric('loss', 0.5);
void ctx.logArtifact('note', 'not waited for', { name: 'note.txt' });
console.log(ctx.uid);
const action = process.argv[2];
if (action === 'complete') await ctx.complete();
if (action === 'throw') throw new Error('the script broke');
if (action === 'wait') {
  await new Promise((resolve) => setTimeout(resolve, 300));
  ctx.logMetric('loss', 0.25);
  setInterval(() => {}, 1000);
}
`;

describe('a script with a context of its own, in a project with a tracking server', () => {
  let home: string;
  let server: TrackingServer;
  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'slipway-script-tracked-'));
    server = await startTrackingServer(home);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const tracked = (url = server.address.url): Folder => {
    const folder = createFolder({
      'project.yaml': `name: demo\ntracking: { url: '${url}', tokenFile: token }\n`,
      'explore.mjs': script,
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    mkdirSync(path.join(folder.path, 'node_modules'));
    symlinkSync(process.cwd(), path.join(folder.path, 'node_modules/slipway'));
    return folder;
  };
  const start = ({ path: cwd }: Folder, action = ''): ChildProcess =>
    spawn(node, ['explore.mjs', action], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XDG_CONFIG_HOME: path.join(cwd, '.config') },
    });
  const run = async (folder: Folder, action = ''): Promise<Json> => {
    const child = start(folder, action);
    const seen = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        seen[stream] += text;
      });
    const [code] = await once(child, 'close');
    return { code, uid: seen.stdout.trim(), stderr: seen.stderr };
  };
  /** As the server has it: from a folder that knows nothing else. */
  const onServer = async (uid: string): Promise<Json> =>
    (await tracked().json(['describe', 'run', uid])).data;

  it("is on the server that the user's own settings name, where the project names none", async () => {
    const folder = tracked();
    writeFileSync(path.join(folder.path, 'project.yaml'), 'name: demo\n');
    const settings = path.join(folder.path, '.config/slipway');
    mkdirSync(settings, { recursive: true });
    writeFileSync(
      path.join(settings, 'config.yaml'),
      `trackingUrl: ${server.address.url}\ntrackingTokenFile: token\n`,
    );
    writeFileSync(path.join(settings, 'token'), server.address.token ?? '');
    const { code, uid, stderr } = await run(folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(await onServer(uid)).toMatchObject({
      name: 'explore',
      state: 'completed',
      metrics: { loss: 0.5 },
    });
  }, 60_000);

  it.each(['', 'complete'])(
    'ends by itself, and the server has all of the run by then (%s)',
    async (action) => {
      const { code, uid, stderr } = await run(tracked(), action);
      expect([code, stderr]).toEqual([0, '']);
      expect(await onServer(uid)).toMatchObject({
        name: 'explore',
        state: 'completed',
        params: { depth: 3 },
        metrics: { loss: 0.5 },
        artifacts: [{ key: 'note' }],
      });
    },
    60_000,
  );

  it('leaves its last word on the server when it breaks', async () => {
    const folder = tracked();
    const { code, uid } = await run(folder, 'throw');
    expect(code).toBe(1);
    // nothing of a process that breaks is waited for, but what is left is kept
    expect((await folder.json(['sync'])).code).toBe(0);
    expect(await onServer(uid)).toMatchObject({
      state: 'error',
      error: { message: expect.stringContaining('the script broke') },
    });
  });

  it('is aborted on the server by a signal, in the moment in which it ends', async () => {
    const child = start(tracked(), 'wait');
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const uid = String(line).trim();
    await until(
      () => onServer(uid),
      ({ metrics, artifacts }) => metrics?.loss === 0.25 && artifacts.length === 1,
      40_000,
    );
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
    expect(await onServer(uid)).toMatchObject({ state: 'aborted', error: { code: 'RUN_ABORTED' } });
  });

  it('ends though the server is away, says so, and is sent later', async () => {
    const folder = tracked(`http://127.0.0.1:${await freePort()}`);
    const { code, uid, stderr } = await run(folder);
    expect(code).toBe(0);
    expect(stderr.match(/cannot be reached/g)).toHaveLength(1);
    expect(stderr.match(/slipway sync/g)).toHaveLength(1);
    expect((await folder.json(['sync', '--tracking-url', server.address.url])).code).toBe(0);
    expect(await onServer(uid)).toMatchObject({ state: 'completed', artifacts: [{ key: 'note' }] });
  });
});
