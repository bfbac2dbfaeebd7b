import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, createFolder, type Folder, type Json, node, until } from './slipway.ts';

type Draft =
  | string
  | { readonly source: string; readonly tags?: readonly string[]; readonly outputs?: readonly object[] };

/** A notebook of code cells with tags, as tslab writes them. */
function notebook(...cells: readonly Draft[]): string {
  return JSON.stringify({
    cells: cells.map((cell, at) => ({
      cell_type: 'code',
      id: `cell-${at + 1}`,
      execution_count: null,
      metadata: typeof cell === 'string' ? {} : { tags: cell.tags ?? [] },
      outputs: typeof cell === 'string' ? [] : (cell.outputs ?? []),
      source: typeof cell === 'string' ? cell : cell.source,
    })),
    metadata: { kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

/** A folder in which notebooks find the package, as after `npm install slipway`. */
function createProject(files: Readonly<Record<string, string>>): Folder {
  const folder = createFolder(files);
  mkdirSync(path.join(folder.path, 'node_modules'));
  symlinkSync(path.dirname(path.dirname(cli)), path.join(folder.path, 'node_modules', 'slipway'));
  return folder;
}

const read = (folder: Folder, name: string): Json =>
  JSON.parse(readFileSync(path.join(folder.path, name), 'utf8'));
const outputsOf = (document: Json): Json =>
  document.cells.map((cell: Json) =>
    cell.outputs.map((output: Json) => (output.text ?? output.traceback ?? []).join('')).join(''),
  );
const keys = (record: Json): Json => record.artifacts.map((artifact: Json) => artifact.key);

/** Processes that have the folder as their working directory. */
function processesIn(folder: Folder): string {
  const { stdout } = spawnSync('sh', ['-c', 'ls -l /proc/[0-9]*/cwd 2>/dev/null || true'], {
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .filter((line) => line.endsWith(`-> ${folder.path}`))
    .join('\n');
}

describe('slipway notebook run', () => {
  it('sets parameters as values, gives the cells the context of the run, and keeps what they wrote', async () => {
    const folder = createProject({
      'data.csv': 'a,b\n1,2\n3,4\n',
      'train.ipynb': notebook(
        "import { getOrCreateContext } from 'slipway';",
        {
          source:
            "const lr: number = 0.1;\nconst since = new Date('2020-01-01');\nlet big = 5n;\nconst options = { a: [1], name: 'x' };\nconst left = 7;",
          tags: ['parameters'],
        },
        "const ctx = await getOrCreateContext('mine');\nconst table = await ctx.input('data').table();\nctx.logMetric('loss', lr * 2, { step: 1 });\nctx.logResults({ year: since.getUTCFullYear(), big: String(big + 1n), a: options.a[1], left: left, rows: table.rowCount });",
        "await ctx.logDataset('rows', table);\nawait ctx.logPlot('plot', '<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>');\nctx.setLabel('team', 'a');\nconst child = ctx.child({ k: 1 });\nchild.logResult('r', 2);\nchild.complete();\nconsole.log('done', ctx.name);",
      ),
    });
    const { code, data } = await folder.json([
      ...['notebook', 'run', 'train.ipynb', '--input', 'data=data.csv', '--out', 'executed.ipynb'],
      ...['-p', 'lr=0.01', '-p', 'since=2024-05-06T00:00:00Z', '-p', 'big="12345678901234567890"'],
      ...['-p', 'options={"a": [1, 2], "name": "y"}'],
    ]);
    expect(data.error).toBeUndefined();
    expect(code).toBe(0);
    expect(data).toMatchObject({
      name: 'train',
      state: 'completed',
      params: { lr: 0.01, left: 7 },
      metrics: { loss: 0.02 },
      results: { year: 2024, big: '12345678901234567891', a: 2, left: 7, rows: 2 },
      labels: { team: 'a' },
    });
    expect(data.inputs.data.digest).toMatch(/^sha256:/);
    expect(keys(data)).toEqual(['rows', 'plot', 'executed-notebook', 'executed-notebook-html']);
    const executed = read(folder, 'executed.ipynb');
    expect(executed.cells.map((cell: Json) => cell.id)).toEqual([
      'cell-1',
      'cell-2',
      'injected-parameters',
      'cell-3',
      'cell-4',
    ]);
    expect(executed.cells.map((cell: Json) => cell.execution_count)).toEqual([1, 2, 3, 4, 5]);
    expect(executed.cells[4].metadata.execution['shell.execute_reply']).toMatch(/Z$/);
    expect(outputsOf(executed)[4]).toBe('done train\n');
    const runs = await folder.json(['get', 'runs', '--all']);
    expect(runs.data.map((run: Json) => run.kind).sort()).toEqual(['run', 'trial']);
  });

  it('ends at the failing cell, names it and the line, and keeps the executed notebook', async () => {
    const folder = createProject({
      'bad.ipynb': notebook(
        'interface Unused { a: number }\n\nfunction deep(n: number): number {\n  // why\n  if (n > 2) throw new RangeError(`too deep: ${n}`);\n  return n;\n}',
        "console.log('before');\ndeep(3);",
        "console.log('never');",
      ),
    });
    const { code, data } = await folder.json(['notebook', 'run', 'bad.ipynb', '--out', 'out.ipynb']);
    expect(code).toBe(1);
    expect(data.error).toMatchObject({
      code: 'NOTEBOOK_CELL_FAILED',
      message: 'cell 2 of "bad.ipynb" failed: RangeError: too deep: 3',
      notebook: 'bad.ipynb',
      cell: 1,
      line: 5,
      details: { failedCell: 2, frames: ['cell 1, line 5 in deep', 'cell 2, line 2'] },
    });
    expect(data.error.sourceLine).toContain('throw new RangeError');
    expect(keys(data)).toEqual(['executed-notebook', 'executed-notebook-html']);
    const [, failed = '', never] = outputsOf(read(folder, 'out.ipynb'));
    expect(failed).toMatch(/^before\nRangeError: too deep: 3/);
    expect(never).toBe('');
  });

  it.each([
    [
      'a type error',
      'const a = 1;',
      '\nconst b: string = a;',
      { code: 'NOTEBOOK_CELL_FAILED', cell: 2, line: 2 },
    ],
    ['process.exit(0)', 'let a = 1;', 'process.exit(0);', { code: 'NOTEBOOK_KERNEL_ENDED', cell: 2 }],
    [
      'a rejection that nobody handles',
      'let a = 1;',
      "\nvoid Promise.reject(new Error('stray'));",
      { code: 'NOTEBOOK_CELL_FAILED', cell: 2, line: 2 },
    ],
    ['a thrown text', 'let a = 1;', "throw 'text';", { code: 'NOTEBOOK_CELL_FAILED', cell: 2 }],
  ])('fails by %s', async (_, first, second, expected) => {
    const folder = createProject({ 'n.ipynb': notebook(first, second, "console.log('never');") });
    const { code, data, stderr } = await folder.json(['notebook', 'run', 'n.ipynb']);
    expect(code).toBe(1);
    expect(data.error).toMatchObject({ notebook: 'n.ipynb', ...expected });
    expect(keys(data)).toContain('executed-notebook');
    expect(stderr).not.toContain('never');
  });

  it('honours raises-exception and skip-execution', async () => {
    const folder = createProject({
      'n.ipynb': notebook(
        { source: "throw new Error('wanted');", tags: ['raises-exception'] },
        { source: 'process.exit(3);', tags: ['skip-execution'] },
        "console.log('reached');",
      ),
    });
    const { code } = await folder.json(['notebook', 'run', 'n.ipynb', '--out', 'out.ipynb']);
    expect(code).toBe(0);
    const executed = read(folder, 'out.ipynb');
    expect(outputsOf(executed)).toEqual([expect.stringContaining('Error: wanted'), '', 'reached\n']);
    expect(executed.cells.map((cell: Json) => cell.execution_count)).toEqual([1, null, 2]);
  });

  it('ends a cell that never yields, and what it started, when the time is over', async () => {
    const folder = createProject({
      'n.ipynb': notebook(
        "import { spawn } from 'node:child_process';\nspawn('sleep', ['600'], { stdio: 'ignore' });",
        "console.log('looping');\nfor (;;) {}",
      ),
    });
    const { code, data } = await folder.json([
      'notebook',
      'run',
      'n.ipynb',
      '--timeout',
      '40s',
      '--out',
      'out.ipynb',
    ]);
    expect(code).toBe(124);
    expect(data.error.code).toBe('RUN_TIMEOUT');
    expect(outputsOf(read(folder, 'out.ipynb'))[1]).toBe('looping\n');
    expect(processesIn(folder)).toBe('');
  });

  it('lets a cell that looks at ctx.signal end its work on Ctrl-C, and runs no further one', async () => {
    const folder = createProject({
      'n.ipynb': notebook(
        "import { getOrCreateContext } from 'slipway';\nconst ctx = await getOrCreateContext('n');\nconst asked = new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => { ctx.logResult('saved', 1); resolve(); }));\nconsole.log('waiting');\nawait asked;",
        "console.log('never');",
      ),
    });
    const running = folder.start(['notebook', 'run', 'n.ipynb', '-o', 'json']);
    await running.sees('waiting');
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'aborted', results: { saved: 1 } });
    expect(keys(JSON.parse(stdout))).toContain('executed-notebook');
    expect(stderr).not.toContain('never');
  });

  it('leaves no kernel behind when it is killed itself', async () => {
    const folder = createProject({ 'n.ipynb': notebook("console.log('looping');\nfor (;;) {}") });
    const running = folder.start(['notebook', 'run', 'n.ipynb']);
    await running.sees('looping');
    running.child.kill('SIGKILL');
    await running.ended;
    await until(
      async () => processesIn(folder),
      (left) => left === '',
    );
  });

  it('hides secrets in the executed notebook', async () => {
    const folder = createProject({ 'n.ipynb': notebook('console.log(`key ${process.env.API_KEY}`);') });
    const { code, stderr } = await folder.json(
      ['notebook', 'run', 'n.ipynb', '--secret', 'API_KEY', '--out', 'out.ipynb'],
      { API_KEY: 'very-secret-value' },
    );
    expect(code).toBe(0);
    expect(outputsOf(read(folder, 'out.ipynb'))).toEqual(['key ***\n']);
    expect(stderr).not.toContain('very-secret-value');
  });

  it('starts nothing for a wrong request, and says what is wrong', async () => {
    const python = notebook('1').replaceAll('typescript', 'python');
    const folder = createProject({
      'n.ipynb': notebook({ source: 'const lr = 0.1;', tags: ['parameters'] }),
      'python.ipynb': python,
      'broken.ipynb': '{',
    });
    const answers = await Promise.all([
      folder.json(['notebook', 'run', 'missing.ipynb']),
      folder.json(['notebook', 'run', 'n.ipynb', '-p', 'lrr=1']),
      folder.json(['notebook', 'run', 'n.ipynb', '-p', 'lr=fast']),
      folder.json(['notebook', 'run', 'broken.ipynb']),
      folder.json(['notebook', 'run', 'n.ipynb', '-p', 'lr=fast', '-p', 'lrr=1', '-p', 'depth=2']),
      folder.json(['notebook', 'run', 'n.ipynb', '--out', '.']),
      folder.json(['notebook', 'test', 'n.ipynb', '--junit', 'broken.ipynb/report.xml']),
      folder.json(['notebook', 'test', 'n.ipynb', '--parallel', '0']),
    ]);
    expect(answers.map(({ code, data }) => [code, data.error.code])).toEqual([
      [3, 'FILE_NOT_FOUND'],
      [2, 'INVALID_PARAMS'],
      [2, 'INVALID_PARAMS'],
      [2, 'NOTEBOOK_INVALID'],
      [2, 'INVALID_PARAMS'],
      [2, 'FILE_NOT_WRITABLE'],
      [2, 'FILE_NOT_WRITABLE'],
      [2, 'CLI_USAGE'],
    ]);
    expect(answers[6]?.data.error.message).toMatch(
      /report\.xml" cannot be written: ".*broken\.ipynb" is no folder$/,
    );
    expect(answers[1]?.data.error.message).toContain('did you mean "lr"?');
    expect(answers[4]?.data.error.message).toBe(
      'notebook "n.ipynb" cannot run: param "lr" expects number, got "fast" (string); param "lrr" is not declared; did you mean "lr"?; param "depth" is not declared',
    );
    const other = await folder.json(['notebook', 'run', 'python.ipynb']);
    expect([other.code, other.data.error.code]).toEqual([2, 'NOTEBOOK_LANGUAGE_UNSUPPORTED']);
    expect((await folder.json(['get', 'runs'])).data).toEqual([]);
  });
});

describe('the notebook of a new project', () => {
  it('runs from top to bottom, and nothing is to be said against it', async () => {
    const folder = createProject({});
    expect((await folder.json(['init', '.', '--name', 'shells'])).code).toBe(0);
    const { code, data } = await folder.json(['notebook', 'run', 'notebooks/train.ipynb']);
    expect([code, data.state, data.error]).toEqual([0, 'completed', undefined]);
    const checked = await folder.slipway(['notebook', 'check', 'notebooks/train.ipynb']);
    expect([checked.code, checked.stdout.trim()]).toEqual([0, '0 errors, 0 warnings']);
    const trained = (await folder.json(['get', 'runs', '--filter', "name = 'train' and params.epochs = 50"]))
      .data;
    expect(trained).toMatchObject([{ state: 'completed', metrics: { loss: expect.any(Number) } }]);
  });
});

describe('slipway notebook test', () => {
  it('runs notebooks side by side and reports each of them, in JUnit too', async () => {
    const expecting = (text: string): Draft => ({
      source: 'console.log(1 + 1);',
      tags: ['expect'],
      outputs: [{ output_type: 'stream', name: 'stdout', text }],
    });
    const folder = createProject({
      'good.ipynb': notebook(expecting('2\n')),
      'bad.ipynb': notebook('throw new Error(\'<wrong> & "odd"\');', "console.log('never');"),
      'other.ipynb': notebook(expecting('3\n')),
      'slow.ipynb': notebook('for (;;) {}'),
    });
    const names = ['good.ipynb', 'bad.ipynb', 'other.ipynb'];
    const [{ code, data }, slow] = await Promise.all([
      folder.json(['notebook', 'test', ...names, '--parallel', '2', '--junit', 'report.xml']),
      folder.json(['notebook', 'test', 'slow.ipynb', '--timeout', '12s']),
    ]);
    expect(code).toBe(1);
    expect(data.notebooks.map((test: Json) => [test.name, test.state, test.error?.code])).toEqual([
      ['good.ipynb', 'passed', undefined],
      ['bad.ipynb', 'failed', 'NOTEBOOK_CELL_FAILED'],
      ['other.ipynb', 'failed', 'NOTEBOOK_OUTPUT_DIFFERS'],
    ]);
    expect(slow.code).toBe(1);
    expect(slow.data.notebooks).toMatchObject([
      { name: 'slow.ipynb', state: 'failed', error: { code: 'NOTEBOOK_TIMEOUT' } },
    ]);
    const xml = readFileSync(path.join(folder.path, 'report.xml'), 'utf8');
    expect(xml).toContain('failures="2"');
    expect(xml).toContain('&lt;wrong&gt; &amp; &quot;odd&quot;');
    expect(xml).toContain('<testcase classname="bad.ipynb" name="cell 2" time="0.000"><skipped/></testcase>');
    expect(processesIn(folder)).toBe('');
  });
});

describe('slipway notebook check, clean and diff', () => {
  it('check exits with 1 for errors and 0 for warnings', async () => {
    const folder = createProject({
      'good.ipynb': notebook("import os from 'node:os';"),
      'bad.ipynb': notebook('later;', 'const later = 1;'),
    });
    const good = await folder.slipway(['notebook', 'check', 'good.ipynb']);
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('0 errors, 1 warning')]);
    const bad = await folder.slipway(['notebook', 'check', 'bad.ipynb']);
    expect([bad.code, bad.stdout]).toEqual([
      1,
      expect.stringContaining('bad.ipynb, cell 1, line 1, column 1: error'),
    ]);
  });

  it('clean works on files, only checks with --check, and filters stdin for git', async () => {
    const dirty = notebook({ source: '1', outputs: [{ output_type: 'stream', name: 'stdout', text: 'x' }] });
    const folder = createProject({ 'a.ipynb': dirty, 'b.ipynb': dirty });
    const args = ['notebook', 'clean', 'a.ipynb', 'b.ipynb'];
    expect((await folder.slipway([...args, '--check'])).code).toBe(1);
    expect(readFileSync(path.join(folder.path, 'a.ipynb'), 'utf8')).toBe(dirty);
    expect((await folder.slipway(args)).stdout).toBe('a.ipynb cleaned\nb.ipynb cleaned\n');
    expect((await folder.slipway([...args, '--check'])).code).toBe(0);
    const filtered = spawnSync(node, [cli, 'notebook', 'clean'], { input: dirty, encoding: 'utf8' });
    expect(filtered.stdout).toBe(readFileSync(path.join(folder.path, 'a.ipynb'), 'utf8'));
  });

  it('diff shows sources by cell', async () => {
    const folder = createProject({ 'a.ipynb': notebook('1', '2'), 'b.ipynb': notebook('1', '3') });
    const { code, stdout } = await folder.slipway(['notebook', 'diff', 'a.ipynb', 'b.ipynb']);
    expect([code, stdout]).toEqual([
      0,
      '--- a.ipynb\n+++ b.ipynb\n@@ cell 2 → 2 (code cell-2) changed @@\n-2\n+3\n',
    ]);
  });
});
