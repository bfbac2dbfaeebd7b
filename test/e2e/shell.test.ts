import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cli, createFolder, node } from './slipway.ts';

const execute = promisify(execFile);

describe('the command line itself', () => {
  it('says its version in every way', async () => {
    const folder = createFolder();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await folder.slipway(['--version'])).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
    expect((await folder.slipway(['version'])).stdout).toContain(version);
    expect((await folder.json(['version'])).data).toMatchObject({
      version,
      node: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(existsSync(path.join(folder.path, '.slipway'))).toBe(false);
  });

  it('shows help on stdout, and suggestions for what it does not know with exit code 2', async () => {
    const folder = createFolder();
    expect(await folder.slipway([])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: slipway'),
    });
    expect(await folder.slipway(['run', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--param'),
    });
    expect(await folder.slipway(['descrbe', 'x'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error: unknown command "descrbe"\nhint: did you mean "describe"? see slipway --help\n',
    });
    const json = await folder.json(['descrbe']);
    expect(json).toMatchObject({
      code: 2,
      stderr: '',
      data: { error: { code: 'CLI_USAGE', kind: 'usage' } },
    });
  });

  it('ends quietly when its reader goes away', async () => {
    const folder = createFolder({
      'f.ts': `export function f() { for (let i = 0; i < 1e5; i++) console.log('line', i); }`,
    });
    await folder.json(['run', 'f.ts']);
    const { stdout, stderr } = await execute(
      'bash',
      ['-o', 'pipefail', '-c', `"${node}" "${cli}" logs | head -n 2`],
      {
        cwd: folder.path,
      },
    );
    expect(stdout).toBe('line 0\nline 1\n');
    expect(stderr).toBe('');
  });

  it('prints completion scripts that the shells accept', async () => {
    const folder = createFolder();
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout, code } = await folder.slipway(['completion', shell]);
      expect(code).toBe(0);
      for (const word of ['pipeline', '--hyperparam'.slice(2), 'compare']) expect(stdout).toContain(word);
      const file = folder.write(`completion.${shell}`, stdout);
      if (shell === 'bash') await execute('bash', ['-n', file]);
    }
    expect((await folder.slipway(['complete', 'hub'])).stdout).toContain('hub://describe');
  });

  it('completes commands, options and choices in bash', async () => {
    const folder = createFolder();
    const file = folder.write('completion.bash', (await folder.slipway(['completion', 'bash'])).stdout);
    const complete = async (line: string): Promise<string[]> => {
      const words = line.split(' ');
      const script = `source "${file}"; COMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length - 1}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return (await execute('bash', ['-c', script], { cwd: folder.path })).stdout.trim().split('\n');
    };
    expect(await complete('slipway desc')).toEqual(['describe']);
    expect(await complete('slipway pipeline ')).toEqual(['run', 'resume', 'report', 'plan', 'compile']);
    expect(await complete('slipway run x.ts --hyp')).toEqual(['--hyperparam']);
    expect(await complete('slipway get runs -o js')).toEqual(['json']);
    expect(await complete('slipway get mod')).toEqual(['models', 'model']);
  });

  it('takes settings from flag, environment, project.yaml and config.yaml, and explains which one decided', async () => {
    const folder = createFolder({ 'project.yaml': 'name: demo\nruntime: inline\n' });
    mkdirSync(path.join(folder.path, '.config', 'slipway'), { recursive: true });
    writeFileSync(
      path.join(folder.path, '.config', 'slipway', 'config.yaml'),
      'runtime: process\nlimit: 7\n',
    );
    const explain = async (key: string, env = {}): Promise<unknown> =>
      (await folder.json(['config', 'explain', key], env)).data;
    expect(await explain('runtime')).toMatchObject({ value: 'inline', origin: 'project.yaml' });
    expect(await explain('runtime', { SLIPWAY_RUNTIME: 'process' })).toMatchObject({
      value: 'process',
      origin: 'environment',
    });
    expect(await explain('limit')).toMatchObject({ value: 7, origin: 'config.yaml' });
    expect(await explain('isolation')).toMatchObject({ value: null, origin: 'default' });
    expect(await explain('yes')).toMatchObject({ value: false, origin: 'default' });
    expect((await folder.slipway(['config', 'list'])).stdout).toContain('SETTING');
    const unknown = await folder.json(['config', 'explain', 'runtme']);
    expect([unknown.code, unknown.data.error.hint]).toEqual([3, 'did you mean "runtime"?']);
    const wrong = await folder.slipway(['ps'], { SLIPWAY_LIMIT: 'many' });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('SLIPWAY_LIMIT');
    expect((await folder.slipway(['ps', '--color', 'blue'])).stderr).toContain('"blue"');
  });

  it('checks the machine', async () => {
    const folder = createFolder();
    const { code, data } = await folder.json(['doctor']);
    const states = Object.fromEntries(
      data.checks.map((check: { name: string; status: string }) => [check.name, check.status]),
    );
    expect(states).toMatchObject({
      node: 'ok',
      store: 'ok',
      index: 'ok',
      esbuild: 'ok',
      typescript: 'ok',
      duckdb: 'ok',
    });
    expect([code, data.ok]).toEqual([0, true]);
    expect(existsSync(path.join(folder.path, '.slipway'))).toBe(false);
    expect((await folder.slipway(['doctor'])).stdout).toMatch(/^ok +node +\d/);
  });

  it('works in another folder with -C, and in another store with SLIPWAY_HOME', async () => {
    const folder = createFolder({ 'sub/f.ts': 'export function f() { return 1; }' });
    expect((await folder.json(['-C', 'sub', 'run', 'f.ts'])).code).toBe(0);
    expect(existsSync(path.join(folder.path, 'sub', '.slipway'))).toBe(true);
    const home = path.join(folder.path, 'elsewhere');
    expect((await folder.json(['run', 'sub/f.ts'], { SLIPWAY_HOME: home })).code).toBe(0);
    expect(existsSync(home)).toBe(true);
    expect((await folder.json(['get', 'runs'], { SLIPWAY_HOME: home })).data).toHaveLength(1);
    const outside = await folder.json(['--project', '../out', 'get', 'runs']);
    expect([outside.code, outside.data.error.code]).toEqual([2, 'INVALID_NAME']);
    const folderMissing = await folder.json(['-C', 'nowhere', 'run', 'f.ts']);
    expect(folderMissing.code).toBe(3);
  });
});

describe('slipway init', () => {
  it.each(['notebook', 'typescript'])(
    'makes a project of the template "%s" that runs at once',
    async (template) => {
      const folder = createFolder();
      const made = await folder.json(['init', 'shells', '--template', template]);
      expect(made).toMatchObject({ code: 0, data: { name: 'shells', pipeline: expect.any(String) } });
      const ran = await folder.json(['-C', 'shells', 'pipeline', 'run']);
      expect(ran.stderr).not.toContain('error');
      expect(ran).toMatchObject({ code: 0, data: { project: 'shells', state: 'completed' } });
      const types = await folder.json(['-C', 'shells', 'types']);
      expect(types).toMatchObject({ code: 0, data: { failed: [] } });
      expect(types.data.functions.length).toBeGreaterThan(0);
    },
  );

  it('overwrites nothing, asks nobody without a terminal, and knows its templates', async () => {
    const folder = createFolder({ 'project.yaml': 'name: mine\n' });
    const again = await folder.slipway(['init']);
    expect(again.code).toBe(5);
    expect(again.stderr).toContain('project.yaml');
    const wrong = await folder.json(['init', 'other', '--template', 'notebok']);
    expect([wrong.code, wrong.data.error.hint]).toEqual([2, 'did you mean "notebook"?']);
    expect(existsSync(path.join(folder.path, 'other'))).toBe(false);
  });
});
