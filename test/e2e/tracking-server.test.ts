import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startTrackingServer, type TrackingServer } from '../support/start-tracking-server.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const handlers = `
import type { Context, DataItem } from 'slipway';
export async function make(ctx: Context, { n = 3 }: { n?: number }) {
  console.log('making ' + n);
  await ctx.logArtifact('rows', 'x\\n'.repeat(n));
  return { n };
}
export async function train(ctx: Context, { data, depth = 1, seconds = 0 }: { data: DataItem; depth?: number; seconds?: number }) {
  console.log('training on ' + (await data.text()).length);
  for (let tick = 0; tick < seconds * 10; tick++) {
    ctx.logMetric('tick', tick, { step: tick });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { score: depth / 10 };
}
`;
const pipelineFile = `
import { codeToFunction, pipeline } from 'slipway';
const make = await codeToFunction({ filename: 'train.ts', handler: 'make' });
const train = await codeToFunction({ filename: 'train.ts', handler: 'train' });
export default pipeline('main', (p, { depth = 2 }: { depth?: number }) => {
  const made = make({ n: 4 });
  const best = train.as('tune').sweep({ hyperparams: { depth: [1, 2, 3] }, selector: 'max.score' })({ data: made.rows });
  const trained = train({ data: made.rows, depth });
  return { score: trained.score, best: best.score };
});
`;

describe('a project whose runs a tracking server keeps', () => {
  let home: string;
  let server: TrackingServer;

  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'slipway-tracked-'));
    server = await startTrackingServer(home);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const tracked = (url = server.address.url): Folder => {
    const folder = createFolder({
      'project.yaml': `name: demo\ntracking: { url: '${url}', tokenFile: token }\npipelines:\n  - { name: main, file: main.ts }\n`,
      'train.ts': handlers,
      'main.ts': pipelineFile,
    });
    writeFileSync(path.join(folder.path, 'token'), server.address.token ?? '');
    return folder;
  };
  const make = ['run', 'train.ts', '--handler', 'make', '-q'];

  it('runs here, and is found from another folder with its output, metrics and artifacts', async () => {
    const [here, there] = [tracked(), tracked()];
    const made = await here.json([...make, '-p', 'n=5']);
    expect(made.data).toMatchObject({ state: 'completed', results: { n: 5 } });
    const { uid } = made.data;
    expect((await there.json(['describe', 'run', uid])).data).toMatchObject({
      name: 'make',
      runtime: 'process',
    });
    expect((await there.slipway(['logs', uid])).stdout).toBe('making 5\n');
    expect((await there.json(['get', 'artifacts', '--run', uid])).data).toMatchObject([{ key: 'rows' }]);
    const used = await there.json([
      'run',
      'train.ts',
      '--handler',
      'train',
      '-i',
      'data=store://demo/rows',
      '-q',
    ]);
    expect(used.data).toMatchObject({ state: 'completed', results: { score: 0.1 } });
    const compared = await here.json(['compare', uid, used.data.uid]);
    expect(JSON.stringify(compared.data)).toContain(used.data.uid);
  });

  it('runs pipelines with sweeps and cached steps, and shows, reports and compares them', async () => {
    const folder = tracked();
    const first = await folder.json(['pipeline', 'run', 'main', '--cache', '-q']);
    expect(first.data).toMatchObject({ state: 'completed', outputs: { score: 0.2, best: 0.3 } });
    const again = await folder.json(['pipeline', 'run', 'main', '--cache', '-q']);
    expect(again.data.steps.map(({ id, cached }: Json) => [id, cached])).toEqual(
      expect.arrayContaining([
        ['make', true],
        ['train', true],
      ]),
    );
    const other = tracked();
    const sweep = first.data.steps.find(({ id }: Json) => id === 'tune').runUid;
    expect((await other.json(['describe', 'run', sweep])).data.iterations).toHaveLength(3);
    expect((await other.json(['get', 'runs', '--all', '--filter', `parent = '${sweep}'`])).data).toHaveLength(
      3,
    );
    expect((await folder.slipway(['pipeline', 'report', first.data.uid])).code).toBe(0);
    expect((await other.slipway(['pipeline', 'report', first.data.uid])).code).toBe(0);
  });

  it('resumes a pipeline that failed where it was started', async () => {
    const folder = tracked();
    folder.write(
      'train.ts',
      handlers.replace('return { score: depth / 10 };', "throw new Error('no luck');"),
    );
    const failed = await folder.json(['pipeline', 'run', 'main', '-q']);
    expect(failed.data.state).toBe('error');
    folder.write('train.ts', handlers);
    const resumed = await folder.json(['pipeline', 'resume', failed.data.uid, '-q']);
    expect(resumed.data).toMatchObject({ state: 'completed', outputs: { score: 0.2 } });
  });

  it('lets another folder see a run that goes on, follow its output and stop it', async () => {
    const [here, there] = [tracked(), tracked()];
    // a first try of this test may have left one
    const seconds = 60 + Math.random();
    await here.slipway([...make, '-p', 'n=2']);
    const long = here.start([
      'run',
      'train.ts',
      '--handler',
      'train',
      '-i',
      'data=store://demo/rows',
      '-p',
      `seconds=${seconds}`,
      '-o',
      'json',
    ]);
    const [running] = await until(
      async () => {
        const { data } = await there.json(['ps']);
        return (data as Json[]).filter(({ params }) => params.seconds === seconds);
      },
      (runs) => runs.some(({ state, metrics }) => state === 'running' && metrics.tick > 3),
    );
    const followed = there.start(['logs', '-f', running.uid]);
    await followed.sees('training on 4');
    const stopped = await there.json(['stop', running.uid]);
    expect(stopped.data).toMatchObject([{ state: 'aborted' }]);
    expect((await long.ended).code).toBe(130);
    expect((await followed.ended).code).toBe(0);
  });

  it('runs on while the server is away, says so once, and sends what is left with sync', async () => {
    const port = await freePort();
    const folder = tracked(`http://127.0.0.1:${port}`);
    const run = await folder.json(['pipeline', 'run', 'main']);
    expect(run.data).toMatchObject({ state: 'completed', outputs: { score: 0.2, best: 0.3 } });
    expect(run.stderr.match(/cannot be reached/g)).toHaveLength(1);
    expect(run.stderr).toContain('slipway sync');
    const read = await folder.json(['ps']);
    expect([read.code, read.data.error.code]).toEqual([1, 'SERVER_UNREACHABLE']);
    const local = await folder.json(['ps', '--all', '--tracking-url', 'none']);
    expect(local.data).toHaveLength(7);
    const sent = await folder.json(['sync', '--tracking-url', server.address.url]);
    expect(sent.code).toBe(0);
    expect((await tracked().json(['describe', 'run', run.data.uid])).data).toMatchObject({
      state: 'completed',
    });
  });

  it('takes flag before environment before project.yaml before the settings of the user', async () => {
    const folder = tracked();
    const { uid } = (await folder.json(make)).data;
    const nowhere = 'http://127.0.0.1:9';
    const state = async (args: readonly string[], env = {}): Promise<unknown> =>
      (await folder.json(['describe', 'run', uid, ...args], env)).code;
    expect(await state([], { SLIPWAY_TRACKING_URL: nowhere })).toBe(1);
    expect(await state(['--tracking-url', server.address.url], { SLIPWAY_TRACKING_URL: nowhere })).toBe(0);
    folder.write('project.yaml', 'name: demo\n');
    folder.write(
      '.config/slipway/config.yaml',
      `trackingUrl: ${server.address.url}\ntrackingTokenFile: token\n`,
    );
    folder.write('.config/slipway/token', server.address.token ?? '');
    rmSync(path.join(folder.path, '.slipway'), { recursive: true });
    expect(await state([])).toBe(0);
    expect(await state(['--tracking-url', 'none'])).toBe(3);
  });

  it('refuses a wrong token before anything runs, and a token file outside the project', async () => {
    const folder = tracked();
    writeFileSync(path.join(folder.path, 'token'), 'x'.repeat(20));
    const refused = await folder.json(make);
    expect([refused.code, refused.data.error.code]).toEqual([4, 'SERVER_REFUSED']);
    folder.write(
      'project.yaml',
      `name: demo\ntracking: { url: '${server.address.url}', tokenFile: ../token }\n`,
    );
    expect((await folder.json(make)).data.error.code).toBe('PROJECT_INVALID');
  });
});
