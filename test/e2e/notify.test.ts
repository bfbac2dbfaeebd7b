import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startReceiver } from '../projects/notifications/receiver.ts';
import { makeCertificate } from '../support/make-certificate.ts';
import { cli, createFolder, type Folder, type Json, notebook } from './slipway.ts';

const work = `
export async function work(ctx, { x = 1 }: { x?: number }) {
  if (x > 8) throw new Error('too much');
  return { score: x };
}
`;

const main = `import { codeToFunction, pipeline } from 'slipway';
const work = (await codeToFunction({ filename: 'work.ts', handler: 'work' })) as any;
export default pipeline('main', (_p, { x = 1 }: { x?: number }) => ({ score: work({ x }).score }));
`;

/** A project whose notifications are posted to an address. */
function createProject(url: string, files: Readonly<Record<string, string>> = {}): Folder {
  const folder = createFolder({
    'work.ts': work,
    'main.ts': main,
    'project.yaml': `name: demo
pipelines: [{ name: main, file: main.ts }]
notifications: [{ name: team, kind: webhook, url: '${url}/team' }]
`,
    ...files,
  });
  mkdirSync(path.join(folder.path, 'node_modules'));
  symlinkSync(path.dirname(path.dirname(cli)), path.join(folder.path, 'node_modules', 'slipway'));
  return folder;
}

type Received = Awaited<ReturnType<typeof startReceiver>>['received'];

/** What was posted: where to, about which kind of run, its name, its state. */
const told = (received: Received): readonly string[] =>
  received.map(({ path: to, body }) => `${to} ${body.run.kind} ${body.run.name} ${body.state}`).sort();

describe('a notification', () => {
  it('goes over https to whom the machine trusts, and to nobody else', async () => {
    const folder = createFolder({ 'work.ts': work, 'project.yaml': 'name: demo\n' });
    const files = makeCertificate(folder.path);
    const paths: string[] = [];
    const server = createServer(
      { key: readFileSync(files.key), cert: readFileSync(files.cert) },
      (request, response) => {
        paths.push(request.url ?? '');
        request.resume().on('end', () => response.end('ok'));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const host = `localhost:${(server.address() as AddressInfo).port}`;
    const hook = JSON.stringify({ kind: 'webhook', url: `https://${host}/runs` });
    const args = ['run', 'work.ts', '--notification', hook];
    const trusted = await folder.json(args, { NODE_EXTRA_CA_CERTS: files.ca });
    expect(trusted.data.notifications).toMatchObject([{ name: 'webhook', state: 'sent', attempts: 1 }]);
    expect(paths).toEqual(['/runs']);
    const { code, data, stderr } = await folder.json(args);
    expect([code, data.state]).toEqual([0, 'completed']);
    expect(data.notifications).toMatchObject([
      { name: 'webhook', state: 'failed', attempts: 1, error: { code: 'NOTIFICATION_REFUSED' } },
    ]);
    expect(data.notifications[0].error.message).toMatch(new RegExp(`^"${host}" .*certificate`));
    expect(stderr).toContain(`notification "webhook" was not sent: "${host}"`);
    expect(paths).toEqual(['/runs']);
  });

  it('of the project and of the call tell of a pipeline once, with its steps, and not of the steps', async () => {
    const { url, received } = await startReceiver();
    const folder = createProject(url);
    const own = JSON.stringify({ kind: 'webhook', url: `${url}/own`, when: ['error'] });
    const good = await folder.json(['pipeline', 'run', 'main', '--notification', own]);
    expect([good.code, good.data.state]).toEqual([0, 'completed']);
    expect(told(received)).toEqual(['/team pipeline main completed']);
    expect(received[0]?.body.run.steps).toMatchObject([{ id: 'work', state: 'completed' }]);
    const bad = await folder.json(['pipeline', 'run', 'main', '-p', 'x=9', '--notification', own]);
    expect(bad.code).toBe(1);
    expect(told(received.slice(1))).toEqual(['/own pipeline main error', '/team pipeline main error']);
    expect(received[1]?.body.run).toMatchObject({
      uid: bad.data.uid,
      error: { code: 'STEP_FAILED' },
      steps: [{ id: 'work', state: 'error', error: { message: expect.stringContaining('too much') } }],
    });
    const { data: record } = await folder.json(['describe', bad.data.uid]);
    expect(record.notifications).toMatchObject([
      { name: 'team', on: 'error', state: 'sent' },
      { name: 'webhook', on: 'error', state: 'sent' },
    ]);
  });

  it('tells of a sweep once, with its best trial, and not of the trials', async () => {
    const { url, received } = await startReceiver();
    const folder = createProject(url);
    const { code, data } = await folder.json([
      ...['run', 'work.ts', '--hyperparam', 'x=[1, 7, 9]', '--selector', 'max.score', '--max-errors', '1'],
    ]);
    expect([code, data.iterations.length]).toEqual([0, 3]);
    expect(told(received)).toEqual(['/team sweep work completed']);
    expect(received[0]?.body.run).toMatchObject({
      uid: data.uid,
      bestIteration: 2,
      failedIterations: 1,
      results: { score: 7 },
    });
    expect(data.notifications).toMatchObject([{ name: 'team', state: 'sent' }]);
  });

  it('tells of what the cells of a notebook run: functions and pipelines', async () => {
    const { url, received } = await startReceiver();
    const hook = (to: string): string => `{ notifications: [{ kind: 'webhook', url: '${url}/${to}' }] }`;
    const folder = createProject(url, {
      'cells.ipynb': notebook(
        "import { codeToFunction, pipeline } from 'slipway';",
        'async function work(ctx: any, { x = 1 }: { x?: number }) { return { score: x }; }',
        'const fn = await codeToFunction(work);',
        `const one = await fn.run({ params: { x: 2 }, ...${hook('function')} });`,
        `const main = pipeline('main', () => ({ score: fn({ x: 3 }).score }));\nconst two = await main.run(${hook('pipeline')});`,
        "console.log('cells:', one.state, two.state);",
      ),
    });
    const { code, stdout, stderr } = await folder.slipway(['notebook', 'run', 'cells.ipynb']);
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
    expect(told(received)).toEqual([
      '/function run work completed',
      '/pipeline pipeline main completed',
      '/team pipeline main completed',
      '/team run cells completed',
      '/team run work completed',
    ]);
  }, 180_000);

  it('tells of the pipeline that a plain script runs, whom the project and whom the call name', async () => {
    const { url, received } = await startReceiver();
    const folder = createProject(url, {
      'script.mjs': `import { codeToFunction, pipeline } from 'slipway';
const work = await codeToFunction({ filename: 'work.ts', handler: 'work' });
const main = pipeline('main', () => ({ score: work({ x: 3 }).score }));
const run = await main.run({ notifications: [{ name: 'own', kind: 'webhook', url: '${url}/own' }] });
console.log(run.state, run.outputs.score);
`,
    });
    const script = spawn(process.execPath, ['script.mjs'], { cwd: folder.path });
    const said: string[] = [];
    script.stdout.on('data', (text: Buffer) => said.push(text.toString()));
    script.stderr.on('data', (text: Buffer) => said.push(text.toString()));
    const [code] = await once(script, 'close');
    expect([code, said.join('')]).toEqual([0, 'completed 3\n']);
    expect(told(received)).toEqual(['/own pipeline main completed', '/team pipeline main completed']);
    const { data } = await folder.json(['get', 'runs']);
    const { data: run } = await folder.json(['get', 'run', data[0].uid]);
    expect(run.notifications.map(({ name, state }: Json) => [name, state]).sort()).toEqual([
      ['own', 'sent'],
      ['team', 'sent'],
    ]);
  }, 120_000);

  it('is not told of the runs of scripts, which end with their process', async () => {
    const { url, received } = await startReceiver();
    const folder = createProject(url, {
      'script.mjs':
        "import { getOrCreateContext } from 'slipway';\nconst ctx = await getOrCreateContext('explore');\nctx.logResult('rows', 3);\nawait ctx.complete();\n",
    });
    const { status } = spawnSync(process.execPath, ['script.mjs'], { cwd: folder.path });
    expect(status).toBe(0);
    const { data } = await folder.json(['get', 'runs']);
    expect(data).toMatchObject([{ name: 'explore', state: 'completed' }]);
    expect(received).toEqual([]);
  });
});
