import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  dataFolders,
  kernelsFolder,
  runtimeFolder,
  userDataFolder,
} from '../../src/notebooks/kernelspec/jupyter-folders.ts';
import type { Machine } from '../../src/notebooks/kernelspec/machine.ts';
import { createFolder, type Folder } from '../e2e/slipway.ts';
import { describeWith, programs } from '../setup/components.ts';

const execute = promisify(execFile);
const tslab = path.resolve('node_modules/tslab/bin/tslab');

const machine = (platform: NodeJS.Platform, env: Machine['env'] = {}): Machine => ({
  platform,
  arch: 'x64',
  env,
  home: '/home/ada',
  execPath: '/opt/node/bin/node',
});

describe("Jupyter's folder of a user's data", () => {
  it.each([
    ['linux', {}, '/home/ada/.local/share/jupyter'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/jupyter'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/home/ada/Library/Jupyter'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/jupyter'],
    ['darwin', { JUPYTER_DATA_DIR: '/mine' }, '/mine'],
  ] as const)('is on %s with %j %s', (platform, env, folder) => {
    expect(userDataFolder(machine(platform, env))).toBe(folder);
    expect(runtimeFolder(machine(platform, env))).toBe(`${folder}/runtime`);
  });

  it('comes after the folders of JUPYTER_PATH and before those of the environment and the system', () => {
    const env = { JUPYTER_PATH: '/a:/b', VIRTUAL_ENV: '/venv' };
    expect(dataFolders(machine('linux', env))).toEqual([
      '/a',
      '/b',
      '/home/ada/.local/share/jupyter',
      '/venv/share/jupyter',
      '/usr/local/share/jupyter',
      '/usr/share/jupyter',
    ]);
  });

  it('is not taken for --sys-prefix, which needs an environment', () => {
    const place = { type: 'sys-prefix' } as const;
    expect(kernelsFolder(place, machine('linux', { CONDA_PREFIX: '/conda' }))).toBe(
      '/conda/share/jupyter/kernels',
    );
    expect(() => kernelsFolder(place, machine('linux'))).toThrow(
      expect.objectContaining({ code: 'KERNEL_PLACE_UNKNOWN' }),
    );
  });
});

/** An environment in which nothing of this machine's Jupyter is seen. */
function alone(folder: Folder): Record<string, string> {
  return {
    HOME: folder.path,
    XDG_DATA_HOME: path.join(folder.path, 'data'),
    PATH: path.dirname(process.execPath),
  };
}

describe('slipway kernel install', () => {
  it('writes what Jupyter needs to start tslab, with absolute paths, and says where', async () => {
    const folder = createFolder();
    const file = path.join(folder.path, 'data/jupyter/kernels/tslab/kernel.json');
    const { code, data } = await folder.json(['kernel', 'install'], alone(folder));
    expect(code).toBe(0);
    expect(data).toEqual({
      name: 'tslab',
      kernel: 'tslab',
      displayName: 'TypeScript',
      file,
      argv: [process.execPath, tslab, 'kernel', '--config-path={connection_file}'],
      program: { file: tslab, version: '1.0.22' },
      state: 'written',
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      argv: data.argv,
      display_name: 'TypeScript',
      language: 'typescript',
      interrupt_mode: 'signal',
    });
  });

  it('changes nothing the second time, and takes up a kernel that has moved', async () => {
    const folder = createFolder();
    const env = alone(folder);
    const state = async (): Promise<string> => (await folder.json(['kernel', 'install'], env)).data.state;
    expect([await state(), await state()]).toEqual(['written', 'unchanged']);
    const file = path.join(folder.path, 'data/jupyter/kernels/tslab/kernel.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(process.execPath, '/gone/node'));
    const { stdout } = await folder.slipway(['kernel', 'list'], env);
    expect(stdout).toContain('broken: "/gone/node" does not exist');
    const { data } = await folder.json(['doctor'], env);
    expect(data.checks).toContainEqual({
      name: 'jupyter',
      status: 'missing',
      detail: `kernel "tslab" in "${path.dirname(file)}" runs "/gone/node", which does not exist`,
      hint: 'for notebooks in Jupyter: slipway kernel install',
    });
    expect(await state()).toBe('replaced');
  });

  it("prefers the tslab of the project to Slipway's own", async () => {
    const folder = createFolder({
      'node_modules/tslab/package.json': '{ "name": "tslab", "version": "1.0.21" }',
      'node_modules/tslab/bin/tslab': '',
    });
    const { data } = await folder.json(
      ['kernel', 'install', '--name', 'mine', '--prefix', 'env'],
      alone(folder),
    );
    expect(data.program).toEqual({
      file: path.join(folder.path, 'node_modules/tslab/bin/tslab'),
      version: '1.0.21',
    });
    expect(data.file).toBe(path.join(folder.path, 'env/share/jupyter/kernels/mine/kernel.json'));
  });

  it('finds a Deno on the PATH, and says how to install one where there is none', async () => {
    const folder = createFolder({ 'bin/deno': '' });
    chmodSync(path.join(folder.path, 'bin/deno'), 0o755);
    const env = alone(folder);
    const refused = await folder.slipway(['kernel', 'install', '--kernel', 'deno'], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^error: "deno", .* installed in ".*" nor globally\nhint: run `npm install/,
    );
    const found = { ...env, PATH: `${path.join(folder.path, 'bin')}:${env.PATH}` };
    const { data } = await folder.json(['kernel', 'install', '--kernel', 'deno'], found);
    expect(data.argv).toEqual([
      path.join(folder.path, 'bin/deno'),
      'jupyter',
      '--kernel',
      '--conn',
      '{connection_file}',
    ]);
  });

  it('leaves the kernel of another language alone, and refuses two places and names that are none', async () => {
    const folder = createFolder();
    const env = alone(folder);
    const other = path.join(folder.path, 'data/jupyter/kernels/python3');
    mkdirSync(other, { recursive: true });
    const spec =
      '{ "argv": ["python3", "-m", "ipykernel_launcher"], "display_name": "Python 3", "language": "python" }';
    writeFileSync(path.join(other, 'kernel.json'), spec);
    const install = (...args: string[]) => folder.slipway(['kernel', 'install', ...args], env);
    expect(await install('--name', 'python3')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/belongs to another kernel/),
    });
    const removal = await folder.slipway(['kernel', 'uninstall', 'python3'], env);
    expect(removal).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/jupyter kernelspec uninstall python3/),
    });
    expect(readFileSync(path.join(other, 'kernel.json'), 'utf8')).toBe(spec);
    expect(await install('--user', '--prefix', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/in one place/),
    });
    expect(await install('--name', '../x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be named "\.\.\/x"/),
    });
  });
});

describe('slipway kernel uninstall', () => {
  it('removes the kernel that was registered, and says what there is when there is none', async () => {
    const folder = createFolder();
    const env = alone(folder);
    await folder.json(['kernel', 'install'], env);
    const { data } = await folder.json(['kernel', 'uninstall'], env);
    expect(data.folder).toBe(path.join(folder.path, 'data/jupyter/kernels/tslab'));
    expect(existsSync(data.folder)).toBe(false);
    const again = await folder.slipway(['kernel', 'uninstall'], env);
    expect(again).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no kernel "tslab" is registered in .*\nhint: slipway kernel list/),
    });
  });
});

describeWith(['jupyter', 'deno'], 'the kernels that were registered', () => {
  const notebook = (kernel: string, source: string): string =>
    JSON.stringify({
      cells: [{ cell_type: 'code', id: 'a', metadata: {}, execution_count: null, outputs: [], source }],
      metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'typescript' } },
      nbformat: 4,
      nbformat_minor: 5,
    });

  it.each([
    ['tslab', {}, "const answer: number = 6 * 7;\nconsole.log('answer', answer);"],
    [
      'deno',
      { PATH: `${path.dirname(programs.deno)}:${path.dirname(process.execPath)}` },
      "const answer: number = 6 * 7;\nconsole.log('answer', answer);",
    ],
  ])(
    '%s: the real Jupyter lists it and runs a notebook with it',
    async (kernel, more, source) => {
      const folder = createFolder({ 'nb.ipynb': notebook(kernel, source) });
      const env = { ...alone(folder), ...more };
      await folder.json(['kernel', 'install', '--kernel', kernel, '--prefix', 'env'], env);
      const jupyter = async (...args: string[]): Promise<string> => {
        const options = {
          cwd: folder.path,
          env: { ...env, JUPYTER_PATH: path.join(folder.path, 'env/share/jupyter'), PATH: process.env.PATH },
        };
        return (await execute(programs.jupyter, args, options)).stdout;
      };
      const listed = JSON.parse(await jupyter('kernelspec', 'list', '--json')) as {
        kernelspecs: Readonly<Record<string, { spec: { interrupt_mode: string } }>>;
      };
      expect(listed.kernelspecs[kernel]?.spec.interrupt_mode).toBe('signal');
      const executed = await jupyter('nbconvert', '--to', 'notebook', '--execute', '--stdout', 'nb.ipynb');
      expect(executed).toContain('answer 42');
    },
    60_000,
  );
});
