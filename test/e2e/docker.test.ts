import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../setup/components.ts';
import { makeNodeImage, nodeImage } from '../support/node-image.ts';
import { removeLoadedImages } from '../support/remove-images.ts';
import { createFolder, type Folder, type Json, until } from './slipway.ts';

const source = `
import type { Context } from 'slipway';
export async function add(ctx: Context, { a = 1, b = 2 }: { a?: number; b?: number }) {
  console.log('adding', process.env.SLIPWAY_RUN === ctx.uid);
  return { sum: a + b, pid: process.pid };
}
export async function wait(ctx: Context) {
  console.log('waiting');
  await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }));
}
export function fail() {
  throw new Error('the data is wrong');
}
`;

const pipelineSource = `
import { codeToFunction, pipeline, type Context } from 'slipway';
import { add } from './math.ts';
export async function here(_ctx: Context, { sum }: { sum: number }) {
  return { doubled: sum * 2, pid: process.pid };
}
const adding = (await codeToFunction(add)).with({ runtime: 'docker', image: '${nodeImage}', resources: { memory: 2 ** 29 } });
const doubling = (await codeToFunction(here)).with({ runtime: 'process' });
export default pipeline('mixed', () => {
  const first = adding({ a: 20, b: 1 });
  return { doubled: doubling({ sum: first.sum }).doubled };
});
`;

const nestedSource = `
import { codeToFunction, type Context } from 'slipway';
import { add } from './math.ts';
export async function nested(_ctx: Context) {
  const fn = await codeToFunction(add);
  const run = await fn.run({ runtime: 'docker', image: '${nodeImage}', params: { a: 40 }, resources: { memory: 2 ** 29, cpus: 1 } });
  const refused = await fn.run({ runtime: 'process', network: 'bridge' }).catch((error) => error.code);
  return { sum: run.results.sum, runtime: run.record.runtime, refused };
}
`;

const containers = (folder: Folder): string =>
  execFileSync(
    'docker',
    ['ps', '-aq', '--filter', `label=slipway.store=${path.join(folder.path, '.slipway')}`],
    {
      encoding: 'utf8',
    },
  );
const isGone = (folder: Folder): Promise<string> =>
  until(
    async () => containers(folder),
    (ids) => ids === '',
  );

describeWith(['docker'], 'slipway with --runtime docker', () => {
  const image = { SLIPWAY_IMAGE: nodeImage };
  beforeAll(makeNodeImage);

  it('runs a function in an image built of it, shows output live, records the image by digest', async () => {
    const folder = createFolder({ 'math.ts': source });
    const run = ['run', 'math.ts', '--handler', 'add', '--param', 'a=40', '--runtime', 'docker'];
    onTestFinished(() => removeLoadedImages(path.join(folder.path, '.slipway')));
    const { code, data, stderr } = await folder.json(run);
    expect(stderr).toMatch(/^loading image slipway\/add:[0-9a-f]{12} into Docker$/m);
    expect(stderr).toContain('adding true');
    expect({ code, state: data.state, sum: data.results.sum }).toEqual({
      code: 0,
      state: 'completed',
      sum: 42,
    });
    const { data: full } = await folder.json(['describe', 'run', data.uid]);
    expect(full.runtime).toBe('docker');
    expect(full.function.image).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await folder.slipway(['describe', 'run', data.uid])).stdout).toContain(full.function.image);
    const again = await folder.json(run);
    expect(again.stderr).not.toContain('loading image');
    expect((await folder.json(['describe', 'run', again.data.uid])).data.function.image).toBe(
      full.function.image,
    );
    expect(await isGone(folder)).toBe('');
  });

  it('names file and line of an error in user code, and exits with 1', async () => {
    const folder = createFolder({ 'math.ts': source });
    const { code, data } = await folder.json(['run', 'math.ts', '--handler', 'fail', '-r', 'docker'], image);
    expect(code).toBe(1);
    expect(data.error).toMatchObject({
      message: expect.stringContaining('the data is wrong'),
      file: 'math.ts',
      line: 12,
    });
  });

  it('says what to do about a package named only at run time, and about a file beside the source', async () => {
    const folder = createFolder({
      'beside.ts': `import { readFileSync } from 'node:fs';
export const load = (_ctx: unknown, { name = 'left-out' }: { name?: string }) => import(name);
export const read = () => readFileSync(new URL('./points.csv', import.meta.url), 'utf8');
`,
      'points.csv': 'x,y\n',
    });
    const failed = async (handler: string): Promise<Json> => {
      const run = ['run', 'beside.ts', '--handler', handler, '-r', 'docker'];
      const { code, data } = await folder.json(run, image);
      expect([code, data.error.code]).toEqual([1, 'USER_CODE_FAILED']);
      return data.error;
    };
    expect((await failed('load')).hint).toMatch(/"left-out" in the import itself.*--requirement left-out/);
    expect((await failed('read')).hint).toContain('take the file as an input');
    const { stdout } = await folder.slipway(['build', 'beside.ts', '--handler', 'read']);
    expect(stdout).toMatch(/warning: +beside\.ts line 3 reads "\.\/points\.csv"/);
    expect(stdout).toMatch(/warning: +beside\.ts line 2 imports a computed name/);
  });

  it('runs a sweep, a container for each trial', async () => {
    const folder = createFolder({ 'math.ts': source });
    const sweep = ['-x', 'a=[1, 5, 3]', '--selector', 'max.sum', '--parallel', '2'];
    const { code, data } = await folder.json(
      ['run', 'math.ts', '--handler', 'add', '-r', 'docker', ...sweep],
      image,
    );
    expect({ code, best: data.bestIteration, sum: data.results.sum }).toEqual({ code: 0, best: 2, sum: 7 });
    const { data: full } = await folder.json(['describe', 'run', data.uid]);
    expect(full.function.image).toMatch(/^sha256:/);
  });

  it('stops from another shell, and its container with it', async () => {
    const folder = createFolder({ 'math.ts': source });
    const run = folder.start(['run', 'math.ts', '--handler', 'wait', '-r', 'docker', '-o', 'json'], image);
    await run.sees('waiting');
    const { data: listed } = await folder.json(['ps']);
    expect(listed).toMatchObject([{ state: 'running', name: 'wait' }]);
    const stopped = await folder.json(['stop', listed[0].uid, '--reason', 'enough']);
    expect(stopped.data).toMatchObject([{ state: 'aborted' }]);
    expect(JSON.parse((await run.ended).stdout)).toMatchObject({
      state: 'aborted',
      error: { code: 'RUN_ABORTED' },
    });
    expect(await isGone(folder)).toBe('');
  });

  it('ends with 130 at Ctrl-C, with 124 at its timeout, and leaves no container', async () => {
    const folder = createFolder({ 'math.ts': source });
    const run = folder.start(['run', 'math.ts', '--handler', 'wait', '-r', 'docker'], image);
    await run.sees('waiting');
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    const timedOut = await folder.slipway(
      ['run', 'math.ts', '--handler', 'wait', '-r', 'docker', '--timeout', '1s'],
      image,
    );
    expect(timedOut.code).toBe(124);
    expect(await isGone(folder)).toBe('');
  });

  it('lists a run whose command was killed as what its container said last', async () => {
    const folder = createFolder({ 'math.ts': source });
    const run = folder.start(['run', 'math.ts', '--handler', 'wait', '-r', 'docker'], image);
    await run.sees('waiting');
    run.child.kill('SIGKILL');
    await run.ended;
    await isGone(folder);
    expect((await folder.json(['ps'])).data).toEqual([]);
    expect((await folder.json(['get', 'runs'])).data).toMatchObject([{ state: 'aborted' }]);
  });

  it('refuses, before anything starts, what its runtime cannot do, and a daemon that is not there', async () => {
    const folder = createFolder({ 'math.ts': source });
    const refusal = async (args: readonly string[], env = {}): Promise<readonly [number | null, string]> => {
      const answer = await folder.json(['run', 'math.ts', '--handler', 'add', ...args], env);
      return [answer.code, answer.data.error.code];
    };
    expect(await refusal(['--image', 'x'])).toEqual([2, 'INVALID_REQUEST']);
    expect(await refusal(['--gpus', '1', '-r', 'inline'])).toEqual([2, 'INVALID_REQUEST']);
    expect(await refusal(['-r', 'docker', '--isolation', 'pool'])).toEqual([2, 'INVALID_REQUEST']);
    expect(await refusal(['-r', 'docker', '--gpus', 'some'])).toEqual([2, 'CLI_USAGE']);
    expect(await refusal(['-r', 'docker', '--image', 'abcdef012345'])).toEqual([
      3,
      'CONTAINER_IMAGE_MISSING',
    ]);
    expect(await refusal(['-r', 'docker', '--image', 'No Such Name'])).toEqual([
      2,
      'INVALID_IMAGE_REFERENCE',
    ]);
    const asked = (...args: string[]) => refusal(['-r', 'docker', ...args]);
    expect(await asked('--memory', '1Ki')).toEqual([2, 'CONTAINER_REFUSED']);
    expect(await asked('--memory', 'much')).toEqual([2, 'CLI_USAGE']);
    expect(await asked('--cpus', '4096')).toEqual([2, 'CONTAINER_REFUSED']);
    expect(await asked('--cpus', '0')).toEqual([2, 'INVALID_REQUEST']);
    expect(await asked('--network', '../nowhere')).toEqual([3, 'CONTAINER_NETWORK_MISSING']);
    const nowhere = { DOCKER_HOST: 'unix:///no/such/docker.sock' };
    expect(await refusal(['-r', 'docker'], { ...nowhere, ...image })).toEqual([1, 'DOCKER_UNAVAILABLE']);
    expect((await folder.json(['get', 'runs'])).data).toEqual([]);
    expect(readdirSync(path.join(folder.path, '.slipway')).includes('projects')).toBe(false);
  });

  it('is a runtime of fn.run too, with limits', async () => {
    const folder = createFolder({ 'math.ts': source, 'nested.ts': nestedSource });
    const { code, data } = await folder.json(['run', 'nested.ts', '--handler', 'nested']);
    expect({ code, results: data.results, error: data.error }).toEqual({
      code: 0,
      results: { sum: 42, runtime: 'docker', refused: 'INVALID_REQUEST' },
      error: undefined,
    });
  });

  it('lets each step of a pipeline say where it runs', async () => {
    const folder = createFolder({ 'math.ts': source, 'mixed.pipeline.ts': pipelineSource });
    const { code, data } = await folder.json(['pipeline', 'run', 'mixed.pipeline.ts']);
    expect({ code, doubled: data.outputs?.doubled, error: data.error }).toEqual({
      code: 0,
      doubled: 42,
      error: undefined,
    });
    const { data: steps } = await folder.json(['get', 'runs', '--all', '--filter', "runtime = 'docker'"]);
    expect(steps).toMatchObject([{ name: 'add', state: 'completed' }]);
  });
});
