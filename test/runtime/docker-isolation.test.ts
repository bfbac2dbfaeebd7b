import { execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDocker } from '../../src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import type { Job } from '../../src/runtime/job.ts';
import type { RunningJob, Runtime, SubmitOptions } from '../../src/runtime/runtime.ts';
import {
  anyHandler,
  createRuntimeFixture,
  type RuntimeFixture,
  until,
  writeBundle,
} from '../contract/runtime-fixture.ts';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';
import { buildScript } from './build-script.ts';

const handlers = `
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { getHeapStatistics } from 'node:v8';
const attempt = (act) => { try { act(); return 'allowed'; } catch (error) { return error.code ?? error.message; } };
export const writes = (_ctx, { files }) => Object.fromEntries(files.map((file, i) => [String(i), attempt(() => writeFileSync(file, 'x'))]));
export function who() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name) => new RegExp('^' + name + ':\\\\s*(.*)$', 'm').exec(status)[1];
  return {
    uid: process.getuid(), gid: process.getgid(), capabilities: field('CapEff') + field('CapBnd'),
    noNewPrivileges: field('NoNewPrivs'), interfaces: Object.keys(networkInterfaces()), first: readFileSync('/proc/1/comm', 'utf8').trim(),
  };
}
export async function secret(ctx) {
  const file = '/run/secrets/TOKEN';
  ctx.logMetric('started', 1);
  const seen = {
    same: readFileSync(file, 'utf8') === ctx.secret('TOKEN'), length: ctx.secret('TOKEN').length,
    mode: (statSync(file).mode & 0o777).toString(8), folder: (statSync('/run/secrets').mode & 0o777).toString(8),
    environment: JSON.stringify(process.env).includes(ctx.secret('TOKEN')),
  };
  ctx.logResults(seen);
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }));
}
export const noSecret = () => ({ there: existsSync('/run/secrets/TOKEN') });
export async function files(ctx) {
  await ctx.logArtifact('notes', 'text', { name: 'notes.txt' });
  ctx.child({ i: 1 }).complete();
  console.log('printed');
  return { uid: process.getuid() };
}
export const reading = async (_ctx, { data }) => ({ text: await data.text() });
export async function input(ctx) {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return { input: Buffer.concat(chunks).toString() };
}
export const memory = () => ({ heap: Math.round(getHeapStatistics().heap_size_limit / 2 ** 20), options: process.env.NODE_OPTIONS, own: process.env.OWN });
export const cpu = () => ({ quota: [
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu.max'].filter(existsSync).map((file) => readFileSync(file, 'utf8').trim())[0] });
export const shm = () => ({ mounts: readFileSync('/proc/self/mounts', 'utf8').split('\\n').find((line) => line.includes(' /dev/shm ')) });
export const sees = (_ctx, { paths }) => Object.fromEntries(paths.map((path, i) => [String(i), existsSync(path)]));
`;

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();

describeWith(['docker'], 'user code in a container', () => {
  let fixture: RuntimeFixture;
  let runtime: Runtime;
  beforeAll(() => {
    makeNodeImage();
    fixture = createRuntimeFixture();
    writeBundle(path.join(fixture.root, 'bundle'), handlers);
    runtime = createDockerRuntime({ connect: connectDocker, image: nodeImage });
  });
  afterAll(async () => {
    await runtime.close();
    await fixture.remove();
  });

  const submit = (
    handler: string,
    change: Partial<Job> = {},
    options: SubmitOptions = {},
  ): Promise<RunningJob> =>
    runtime.submit(fixture.job(handler, change), { store: fixture.store, ...options });
  const resultsOf = async (handler: string, change: Partial<Job> = {}, options: SubmitOptions = {}) => {
    const { record, error } = await (await submit(handler, change, options)).wait();
    expect(error).toBeUndefined();
    return record.results;
  };

  it('is the caller, without capabilities, without a way to gain any, without a network, below an init', async () => {
    expect(await resultsOf('who')).toEqual({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      capabilities: '0'.repeat(32),
      noNewPrivileges: '1',
      interfaces: ['lo'],
      first: 'docker-init',
    });
  });

  it('writes to its store and to /tmp, and nowhere else', async () => {
    const { root } = fixture;
    const other = path.join(root, '.slipway/projects/other');
    mkdirSync(other, { recursive: true });
    const files = [
      '/tmp/file',
      path.join(root, '.slipway/tmp/file'),
      path.join(root, 'file'),
      path.join(root, 'bundle/main.mjs'),
      path.join(root, '.slipway/cache/file'),
      path.join(other, 'ledger.jsonl'),
      '/file',
      '/usr/bin/node',
    ];
    expect(Object.values(await resultsOf('writes', { params: { files } }))).toEqual([
      'allowed',
      'allowed',
      ...Array.from({ length: files.length - 2 }, () => 'EROFS'),
    ]);
  });

  it('sees the folders of its job, and no others of this machine', async () => {
    const paths = [fixture.root, path.join(fixture.root, 'bundle'), '/root', '/home', '/var', '/etc/shadow'];
    expect(Object.values(await resultsOf('sees', { params: { paths } }))).toEqual([
      true,
      true,
      ...Array.from({ length: 4 }, () => false),
    ]);
  });

  it('finds an empty standard input, though the job came on it', async () => {
    expect(await resultsOf('input')).toEqual({ input: '' });
  });

  it('has limits: memory for V8 before the kernel, processors, shared memory', async () => {
    const resources = { memory: 256 * 2 ** 20, cpus: 0.5, shm: 3 * 2 ** 20, pids: 100 };
    expect(
      await resultsOf('memory', { resources, env: { NODE_OPTIONS: '--no-warnings', OWN: 'yes' } }),
    ).toEqual({
      heap: expect.toSatisfy((heap: number) => heap >= 192 && heap < 256),
      options: '--no-warnings',
      own: 'yes',
    });
    expect(String((await resultsOf('cpu', { resources })).quota)).toMatch(/^50000/);
    expect(String((await resultsOf('shm', { resources })).mounts)).toContain('size=3072k');
  });

  it('reads inputs from outside its folder, links to elsewhere too', async () => {
    const elsewhere = createRuntimeFixture();
    const file = path.join(elsewhere.root, 'points.csv');
    writeFileSync(file, 'a,b\n1,2\n');
    const link = path.join(elsewhere.root, 'link.csv');
    symlinkSync(file, link);
    for (const uri of [file, link])
      expect(
        await resultsOf('reading', { inputs: { data: { uri: `file://${uri}` } }, handler: withData }),
      ).toEqual({
        text: 'a,b\n1,2\n',
      });
    await elsewhere.remove();
  });

  it('gets a network when an input is a URL, that of this machine when it is served to it alone', async () => {
    const server = createServer((_request, response) => response.end('from the network'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const inputs = { data: { uri: `http://127.0.0.1:${port}/data.txt` } };
    expect(await resultsOf('reading', { inputs, handler: withData })).toEqual({ text: 'from the network' });
    const refused = await (await submit('reading', { inputs, handler: withData, network: 'none' })).wait();
    expect(refused.state).toBe('error');
    await new Promise((resolve) => server.close(resolve));
    expect(Object.values((await resultsOf('who', { network: 'bridge' })).interfaces as string[])).toContain(
      'eth0',
    );
  });

  describeSecrets(() => ({ fixture, submit, resultsOf }));

  it('leaves files of the caller, whoever that is', async () => {
    const own = createRuntimeFixture();
    writeBundle(path.join(own.root, 'bundle'), handlers);
    const group = statSync('/var/run/docker.sock').gid;
    const [uid, gid] = [54321, group];
    const everything = ['.', ...(readdirSync(own.root, { recursive: true }) as string[])];
    for (const entry of everything) chownSync(path.join(own.root, entry), uid, gid);
    const job = own.job('files');
    const script = await buildScript(submitterCode);
    const submitter = spawn(process.execPath, [script, JSON.stringify([nodeImage, job])], {
      uid,
      gid,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    submitter.stdout.on('data', (data) => {
      output += data;
    });
    expect(await new Promise((resolve) => submitter.once('exit', resolve))).toBe(0);
    expect(JSON.parse(output)).toEqual({ state: 'completed', results: { uid } });
    const made = readdirSync(path.join(own.root, '.slipway'), { recursive: true }) as string[];
    expect(made.some((entry) => entry.includes('artifacts/'))).toBe(true);
    for (const entry of made) expect(statSync(path.join(own.root, '.slipway', entry)).uid).toBe(uid);
    await own.remove();
  });
});

const withData = anyHandler('reading', [
  { name: 'data', role: 'input', typeText: 'DataItem', required: true },
]);

const submitterCode = `
import { connectDocker } from './src/functions/image/docker/connect-docker.ts';
import { createDockerRuntime } from './src/runtime/docker/docker-runtime.ts';
const [image, job] = JSON.parse(process.argv[2]);
const runtime = createDockerRuntime({ connect: connectDocker, image });
const { state, record, error } = await (await runtime.submit(job)).wait();
process.stdout.write(JSON.stringify({ state, results: record.results, error }));
await runtime.close();
`;

interface SecretTest {
  readonly fixture: RuntimeFixture;
  submit(handler: string, change: Partial<Job>, options?: SubmitOptions): Promise<RunningJob>;
  resultsOf(handler: string): Promise<Readonly<Record<string, unknown>>>;
}

function describeSecrets(context: () => SecretTest): void {
  it('finds its secrets in memory, for itself alone; nobody finds them in the container’s description', async () => {
    const { fixture, submit, resultsOf } = context();
    const secrets = { TOKEN: 'only-for-the-handler' };
    const running = await submit('secret', { secretNames: ['TOKEN'] }, { secrets });
    await until('the handler has started', async () => {
      const record = await fixture.store.getRun(running.uid).catch(() => undefined);
      return record?.metrics.started === 1;
    });
    const name = `slipway-${running.uid}`;
    const processes = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => commandLine(pid));
    expect(docker('inspect', name) + docker('top', name) + processes.join()).not.toContain(secrets.TOKEN);
    const mounts = docker('inspect', '-f', '{{json .HostConfig.Tmpfs}}', name);
    expect(mounts).toContain('mode=0700');
    expect(filesUnder(fixture.root).some((text) => text.includes(secrets.TOKEN))).toBe(false);
    await fixture.store.requestStop(running.uid, 'seen enough');
    expect(await running.wait()).toMatchObject({
      state: 'aborted',
      record: { results: { same: true, length: 20, mode: '400', folder: '700', environment: false } },
    });
    expect(await resultsOf('noSecret')).toEqual({ there: false });
  });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
}
