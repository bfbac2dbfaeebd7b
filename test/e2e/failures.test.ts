import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, createFolder, type Folder, type Json, node, notebook, until } from './slipway.ts';
import { rows, train } from './sources.ts';

const handler = (body: string, args = ''): string =>
  `import type { Context, DataItem } from 'slipway';\nexport async function f(ctx: Context${args}) {\n${body}\n}\n`;

const namespace = process.getuid?.() === 0 ? ['-m'] : ['-rm'];
const canMount = (): boolean =>
  spawnSync('unshare', [...namespace, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

describe('a request that is wrong starts nothing and exits with 2 or 3', () => {
  it.each([
    ['an unknown handler', ['--handler', 'trian', '-i', 'data=rows.csv'], 2, '"trian"', 'train'],
    ['a missing input', [], 2, '"data"', ''],
    ['a mistyped param', ['-i', 'data=rows.csv', '-p', 'depth=deep'], 2, '"depth"', ''],
    ['an unknown param', ['-i', 'data=rows.csv', '-p', 'dept=3'], 2, '"dept"', 'depth'],
    ['an undeclared input', ['-i', 'data=rows.csv', '-i', 'dta=rows.csv'], 2, '"dta"', 'data'],
    ['an input file that does not exist', ['-i', 'data=gone.csv'], 3, 'gone.csv', ''],
    ['an artifact that does not exist', ['-i', 'data=store://default/gone'], 3, 'gone', ''],
  ])('%s', async (_what, flags, exitCode, message, hint) => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const { code, data } = await folder.json(['run', 'train.ts', ...flags]);
    expect(code).toBe(exitCode);
    expect(data.error.message).toContain(message);
    expect(`${data.error.message} ${data.error.hint}`).toContain(hint);
    expect(await listRuns(folder)).toEqual([]);
  });

  it('several wrong params are reported together', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const { code, stderr, stdout } = await folder.slipway([
      'run',
      'train.ts',
      '-p',
      'depth=x',
      '-p',
      'nope=1',
    ]);
    expect(code).toBe(2);
    for (const name of ['depth', 'nope', 'data']) expect(stderr).toContain(name);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toMatch(/^hint: /m);
    expect(stderr).not.toMatch(/^\s+at .*\.(mjs|ts):\d+/m);
    expect(stdout).toBe('');
  });

  it.each([
    ['a file that does not exist', 'gone.ts', 3, 'gone.ts'],
    ['a folder where a file is due', 'folder.yaml', 3, 'folder.yaml'],
    ['a notebook that does not exist', 'gone.ipynb', 3, 'gone.ipynb'],
    ['a function that project.yaml does not know', 'gone', 3, '"gone"'],
    ['a hub function that does not exist', 'hub://descrbe', 3, 'describe'],
    ['source that does not parse', 'broken.ts', 2, 'broken.ts'],
    ['a notebook that is no JSON', 'broken.ipynb', 2, 'broken.ipynb'],
    ['a function.yaml that is none', 'broken.yaml', 2, 'broken.yaml'],
    ['a file without functions', 'empty.ts', 2, '"empty.ts" defines no handler'],
  ])('%s', async (_what, reference, exitCode, text) => {
    const folder = createFolder({
      'broken.ts': 'export function f(ctx { return 1 }',
      'broken.ipynb': '{"cells": [',
      'broken.yaml': 'kind: Nothing\n',
      'empty.ts': 'const a = 1;\n',
      'folder.yaml/function.yaml': 'kind: Function\n',
    });
    const { code, data } = await folder.json(['run', reference]);
    expect(data.error).toBeDefined();
    expect(code).toBe(exitCode);
    expect(`${data.error.message} ${data.error.hint} ${data.error.file}`).toContain(text);
  });

  it('a project.yaml with a wrong key, which names line and nearest key', async () => {
    const folder = createFolder({
      'project.yaml': 'name: demo\nfunctoins: []\n',
      'f.ts': handler('return 1'),
    });
    const { code, stderr } = await folder.slipway(['run', 'f.ts']);
    expect(code).toBe(2);
    expect(stderr).toContain('"functoins"');
    expect(stderr).toContain('functions');
    expect(stderr).toMatch(/line 2|project\.yaml:2/);
  });
});

describe('a run that fails exits with 1 and says where', () => {
  it.each([
    ['throws', "throw new TypeError('boom');", 'boom'],
    ['rejects', "await Promise.reject(new Error('boom'));", 'boom'],
    ['throws what is no error', "throw 'boom';", 'boom'],
    ['throws undefined', 'throw undefined;', 'undefined'],
    ['calls process.exit(0)', 'process.exit(0);', 'exit'],
    ['calls process.exit(3)', 'process.exit(3);', 'exit'],
    [
      'kills itself',
      "process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1000));",
      'SIGKILL',
    ],
  ])('a handler that %s', async (_what, body, text) => {
    const folder = createFolder({ 'f.ts': handler(body) });
    const { code, data } = await folder.json(['run', 'f.ts']);
    expect(data.state).not.toBe('completed');
    expect(data.error.message).toContain(text);
    expect(code).toBe(1);
    const [recorded] = await listRuns(folder);
    expect(recorded).toMatchObject({ uid: data.uid, state: data.state });
  });

  it('shows cell, line, the source line with a caret and the user frames, for people and programs', async () => {
    const folder = createFolder({
      'train.ipynb': notebook(
        'const rows = [1, 2];',
        'function inner(list: number[]): number {\n  throw new RangeError("no row " + list.length);\n}',
        'function train(ctx: unknown) {\n  return inner(rows);\n}',
      ),
    });
    const people = await folder.slipway(['run', 'train.ipynb', '--handler', 'train']);
    expect(people.code).toBe(1);
    expect(people.stderr).toContain('no row 2');
    expect(people.stderr).toContain('train.ipynb, cell 2, line 2');
    expect(people.stderr).toMatch(/2 \| {3}throw new RangeError/);
    expect(people.stderr).toMatch(/^\s+\^$/m);
    expect(people.stderr).toContain('inner');
    const { data } = await folder.json(['run', 'train.ipynb', '--handler', 'train']);
    expect(data.error).toMatchObject({
      notebook: expect.stringContaining('train.ipynb'),
      cell: 2,
      line: 2,
      kind: 'user-code',
    });
  });

  it('an exception at import is a failed run, not a wrong request', async () => {
    const folder = createFolder({ 'f.ts': `throw new Error('at import');\n${handler('return 1')}` });
    const { code, data } = await folder.json(['run', 'f.ts']);
    expect(code).toBe(1);
    expect(data.error.message).toContain('at import');
  });

  it.each([
    ['ragged.csv', 'a,b\n1,2\n3\n', 'line 3'],
    ['late.csv', `a\n${'1\n'.repeat(2000)}x\n`, '2002'],
    ['twice.csv', 'a,a\n1,2\n', '"a"'],
    ['empty.csv', '', 'empty.csv'],
    ['cut.parquet', 'PAR1....', 'cut.parquet'],
    ['empty.parquet', '', 'empty.parquet'],
    ['broken.json', '[{"a": 1}', 'broken.json'],
  ])('broken data met inside: %s', async (name, content, text) => {
    const folder = createFolder({
      'f.ts': handler('return { rows: (await data.table()).rowCount };', ', { data }: { data: DataItem }'),
      [name]: content,
    });
    const { code, data } = await folder.json(['run', 'f.ts', '-i', `data=${name}`]);
    expect(data.state).toBe('error');
    expect(`${data.error.message} ${data.error.hint}`).toContain(text);
    expect(code).toBe(1);
  });

  it('a data set without the label column', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const { code, data } = await folder.json([
      'run',
      'train.ts',
      '-i',
      'data=rows.csv',
      '-p',
      'label=specie',
    ]);
    expect(code).toBe(1);
    expect(data.error.message).toContain('"specie"');
    expect(`${data.error.message} ${data.error.hint}`).toContain('species');
  });

  // a mount of its own needs Linux and either root or user namespaces
  it.runIf(canMount())('a disk that is full: the run says so, and what was logged before is kept', () => {
    const folder = createFolder({
      'f.ts': handler(
        "ctx.logMetric('before', 1); await ctx.logArtifact('big', 'x'.repeat(5_000_000), { name: 'big.txt' });",
      ),
    });
    mkdirSync(path.join(folder.path, 'small'));
    const script = `mount -t tmpfs -o size=1m tmpfs small
      "${node}" "${cli}" run f.ts -o json; echo "code $?"
      ls small/tmp; "${node}" "${cli}" get metrics @last -o json`;
    const output = execFileSync('unshare', [...namespace, 'bash', '-c', script], {
      cwd: folder.path,
      env: { ...process.env, SLIPWAY_HOME: path.join(folder.path, 'small') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [record = '', points = ''] = output.split(/^code 1$/m);
    expect(JSON.parse(record)).toMatchObject({
      state: 'error',
      error: { code: 'DISK_FULL' },
      metrics: { before: 1 },
    });
    expect(JSON.parse(points)).toMatchObject([{ key: 'before', value: 1 }]);
  });

  it.runIf(canMount())(
    'a project that may only be read: its runs are found, and a new one is not allowed',
    () => {
      const folder = createFolder({ 'f.ts': handler('ctx.logMetric("m", 1);') });
      const script = `"${node}" "${cli}" run f.ts -q -o json; rm .slipway/index.db*
      mount --bind . . && mount -o remount,bind,ro . && cd "$PWD"
      for args in "get runs" "describe run @last" "run f.ts" "rm @last" types; do
        echo "next"; "${node}" "${cli}" $args -o json; echo "code $?"
      done`;
      const output = execFileSync('unshare', [...namespace, 'bash', '-c', script], {
        cwd: folder.path,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [, ...answers] = output.split('next\n').map((answer) => answer.split(/^code /m));
      const documents = answers.map(([text = '', code]) => [Number(code), JSON.parse(text)] as const);
      expect(documents).toMatchObject([
        [0, [{ state: 'completed', metrics: { m: 1 } }]],
        [0, { state: 'completed', metrics: { m: 1 } }],
        [4, { error: { code: 'ACCESS_DENIED', message: expect.stringContaining(folder.path) } }],
        [4, { error: { code: 'ACCESS_DENIED' } }],
        [4, { error: { code: 'ACCESS_DENIED' } }],
      ]);
    },
  );

  it('a loop that never ends is ended by its timeout, with 124', async () => {
    const folder = createFolder({ 'f.ts': handler('for (;;);') });
    const { code, data } = await folder.json(['run', 'f.ts', '--timeout', '700ms']);
    expect(code).toBe(124);
    expect(data).toMatchObject({ state: 'error', error: { code: 'RUN_TIMEOUT' } });
  });
});

describe('what is unusual is no failure', () => {
  it('NaN, infinities, bigint, dates, undefined and falsy values are kept as documented', async () => {
    const folder = createFolder({
      'f.ts': handler(
        `ctx.logMetric('nan', NaN); ctx.logMetric('up', Infinity);
  return { nan: NaN, down: -Infinity, small: 12n, big: 2n ** 60n, at: new Date(0), none: undefined, zero: 0, no: false, empty: '', nil: null };`,
      ),
    });
    const { code, data } = await folder.json(['run', 'f.ts']);
    expect(code).toBe(0);
    expect(data.results).toEqual({
      nan: 'NaN',
      down: '-Infinity',
      small: 12,
      big: '1152921504606846976',
      at: '1970-01-01T00:00:00.000Z',
      zero: 0,
      no: false,
      empty: '',
      nil: null,
    });
    expect(data.metrics).toEqual({ nan: 'NaN', up: 'Infinity' });
  });

  it('a bare return value is the result "return"', async () => {
    const folder = createFolder({ 'f.ts': handler('return 42;') });
    expect((await folder.json(['run', 'f.ts'])).data.results).toEqual({ return: 42 });
  });

  it('a million lines of output are kept, and shown as they come', async () => {
    const folder = createFolder({
      'f.ts': handler(
        "let s = ''; for (let i = 1; i <= 1e6; i++) { s += i + '\\n'; if (i % 1000 === 0) { process.stdout.write(s); s = ''; } }",
      ),
    });
    const { code, stderr, data } = await folder.json(['run', 'f.ts']);
    expect(code).toBe(0);
    expect(stderr).toContain('\n1000000\n');
    const { stdout } = await folder.slipway(['logs', data.uid, '--tail', '2']);
    expect(stdout).toBe('999999\n1000000\n');
    expect((await folder.slipway(['logs', data.uid])).stdout.split('\n')).toHaveLength(1_000_001);
  });

  it('two processes at once both get their runs recorded', async () => {
    const folder = createFolder({
      'f.ts': handler(
        "for (let i = 0; i < 200; i++) ctx.logMetric('m', i, { step: i }); return { pid: process.pid };",
      ),
    });
    const answers = await Promise.all([1, 2, 3].map(() => folder.json(['run', 'f.ts'])));
    expect(answers.map((answer) => answer.code)).toEqual([0, 0, 0]);
    expect(await listRuns(folder)).toHaveLength(3);
    for (const { data } of answers)
      expect((await folder.json(['get', 'metrics', data.uid])).data).toHaveLength(200);
  });

  it('an index that is deleted or corrupt is made anew', async () => {
    const folder = createFolder({ 'f.ts': handler('return { a: 1 };') });
    await folder.json(['run', 'f.ts']);
    expect(await listRuns(folder)).toHaveLength(1);
    const index = path.join(folder.path, '.slipway', 'index.db');
    writeFileSync(index, 'this is no database, and long enough to be taken for one'.repeat(100));
    expect(await listRuns(folder)).toHaveLength(1);
    await folder.json(['run', 'f.ts']);
    expect(await listRuns(folder)).toHaveLength(2);
  });

  it('an input folder that contains itself by a link is named, as is a result that is no table', async () => {
    const folder = createFolder({
      'f.ts': `import type { Context, DataItem } from 'slipway';
export const f = (_ctx: Context, { data }: { data?: DataItem }) => ({ count: 3, url: data?.url });`,
      'rows/a.csv': 'a\n1\n',
    });
    symlinkSync('.', path.join(folder.path, 'rows', 'again'));
    const circle = await folder.json(['run', 'f.ts', '--input', 'data=rows']);
    expect(circle.code).toBe(1);
    expect(circle.data.error).toMatchObject({ code: 'DATA_UNREADABLE' });
    expect(circle.data.error.message).toMatch(/rows" leads back to itself/);
    const table = await folder.json(['run', 'f.ts', '--returns', 'count=dataset']);
    expect(table.data.error).toMatchObject({
      code: 'INVALID_TABLE',
      message: 'dataset "count": a table cannot be made of a value of type number',
    });
  });

  it('a command line killed with -9 leaves a run that is found to be lost', async () => {
    const folder = createFolder({
      'f.ts': handler(
        "ctx.logMetric('before', 1); console.log('up'); await new Promise(() => setInterval(() => {}, 1000));",
      ),
    });
    const running = folder.start(['run', 'f.ts', '--runtime', 'inline']);
    await running.sees('up');
    running.child.kill('SIGKILL');
    await running.ended;
    const [run] = await until(
      () => listRuns(folder),
      ([first]) => first?.state !== 'running',
    );
    expect(run).toMatchObject({ state: 'lost', metrics: { before: 1 }, error: { code: 'RUN_LOST' } });
  });
});

async function listRuns(folder: Folder): Promise<readonly Json[]> {
  return (await folder.json(['get', 'runs'])).data;
}
