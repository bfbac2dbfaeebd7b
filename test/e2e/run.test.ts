import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder, notebook } from './slipway.ts';
import { rows, train } from './sources.ts';

describe('slipway run', () => {
  it('runs a function of a .ts file and prints its record as one JSON document', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const { code, data, stderr } = await folder.json([
      'run',
      'train.ts',
      '-i',
      'data=rows.csv',
      '-p',
      'depth=3',
      '--label',
      'team=a',
      '--name',
      'first',
    ]);
    expect(stderr).toContain('training on 3 rows');
    expect(code).toBe(0);
    expect(data).toMatchObject({
      name: 'first',
      project: 'default',
      state: 'completed',
      params: { depth: 3, label: 'species' },
      inputs: { data: { uri: expect.stringMatching(/^file:\/\/.*rows\.csv$/) } },
      results: { accuracy: 0.75, rows: 3 },
      metrics: { loss: 1 / 9 },
      labels: { team: 'a' },
    });
    expect(data.uid).toMatch(/^[0-9a-z]{26}$/);
    expect(Date.parse(data.startedAt)).toBeLessThanOrEqual(Date.parse(data.endedAt));
    expect(data.error).toBeUndefined();
    const note = data.artifacts.find((artifact: { key: string }) => artifact.key === 'note');
    expect(note).toEqual({
      key: 'note',
      kind: 'file',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      uri: `store://default/note@${note.digest}`,
    });
    expect(
      data.artifacts.map((artifact: { key: string; kind: string }) => [artifact.key, artifact.kind]),
    ).toContainEqual(['rows', 'dataset']);
  });

  it('prints a summary for people on stdout and everything else on stderr', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const { code, stdout, stderr } = await folder.slipway(['run', 'train.ts', '-i', 'data=rows.csv']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^train completed in \d/);
    expect(stdout).toContain('accuracy  0.8');
    expect(stdout).toContain('loss');
    expect(stdout).toContain('store://default/note@sha256:');
    expect(stdout).toContain('slipway describe ');
    expect(stdout).not.toContain('training on');
    expect(stderr).toContain('training on 3 rows');
    expect(stdout + stderr).not.toContain('\u001b[');
  });

  it('colours where it is told to, and prints only the uid with -o name', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const args = ['run', 'train.ts', '-i', 'data=rows.csv'];
    expect((await folder.slipway(args, { FORCE_COLOR: '1' })).stdout).toContain('\u001b[');
    expect((await folder.slipway([...args, '-o', 'name', '--quiet'])).stdout).toMatch(/^[0-9a-z]{26}\n$/);
  });

  it('runs a handler of a notebook, whatever else the notebook does', async () => {
    const folder = createFolder({
      'train.ipynb': notebook(
        "import type { Context } from 'slipway';\nconst base = 10;",
        'console.log("not part of it"); throw new Error("never run");',
        'function train(ctx: Context, { depth = 2 }: { depth?: number }) { return { sum: base + depth }; }',
        'function other(ctx: Context) { return { other: true }; }',
      ),
    });
    const { code, data, stderr } = await folder.json([
      'run',
      'train.ipynb',
      '--handler',
      'train',
      '-p',
      'depth=5',
    ]);
    expect(code).toBe(0);
    expect(data.results).toEqual({ sum: 15 });
    expect(stderr).not.toContain('not part of it');
  });

  it('runs an exported function.yaml in another folder, with the same digest', async () => {
    const home = createFolder({ 'train.ts': train });
    const built = await home.json(['build', 'train.ts', '--output', 'function.yaml']);
    expect(built.code).toBe(0);
    const yaml = readFileSync(path.join(home.path, 'function.yaml'), 'utf8');
    const away = createFolder({ 'function.yaml': yaml, 'rows.csv': rows });
    const { code, data } = await away.json(['run', 'function.yaml', '-i', 'data=rows.csv']);
    expect(code).toBe(0);
    expect(data.results).toEqual({ accuracy: 0.8, rows: 3 });
    const { data: record } = await away.json(['describe', data.uid]);
    expect(record.function.digest).toBe(built.data.digest);
  });

  it('runs a function of the hub, and takes an artifact of one run as input of the next', async () => {
    const folder = createFolder();
    const loaded = await folder.json(['run', 'hub://load-dataset', '-p', 'name=iris']);
    expect(loaded.stderr).not.toContain('error');
    expect(loaded.code).toBe(0);
    const dataset = loaded.data.artifacts.find((artifact: { kind: string }) => artifact.kind === 'dataset');
    const described = await folder.json(['run', 'hub://describe', '-i', `data=${dataset.uri}`]);
    expect(described.code).toBe(0);
    expect(described.data.inputs.data).toMatchObject({ uri: dataset.uri, digest: dataset.digest });
  });

  it('prints the job and starts nothing with --dry-run', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    const { code, data } = await folder.json([
      'run',
      'train.ts',
      '-i',
      'data=rows.csv',
      '--dry-run',
      '--memory',
      '512Mi',
      '--timeout',
      '5s',
      '-e',
      'A=1',
    ]);
    expect(code).toBe(0);
    expect(data).toMatchObject({
      apiVersion: 'slipway/v1',
      params: { depth: 4, label: 'species' },
      resources: { memory: 512 * 1024 * 1024 },
      timeoutMs: 5000,
      env: { A: '1' },
      runtime: 'process',
    });
    expect((await folder.json(['get', 'runs'])).data).toEqual([]);
  });

  it('reads params by the schema: texts verbatim, others as JSON', async () => {
    const folder = createFolder({
      'f.ts': `export function f(ctx: unknown, args: { text?: string; flag?: boolean; list?: number[]; free?: unknown }) { return args; }`,
    });
    const { data, code } = await folder.json([
      'run',
      'f.ts',
      '-p',
      'text=007',
      '-p',
      'flag=false',
      '-p',
      'list=[1,2]',
      '-p',
      'free={"a":1}',
    ]);
    expect(code).toBe(0);
    expect(data.results).toEqual({ text: '007', flag: false, list: [1, 2], free: { a: 1 } });
  });

  it('gives a run its environment, its secrets and its seed, and shows no secret anywhere', async () => {
    const folder = createFolder({
      'f.ts': `import type { Context } from 'slipway';
export function f(ctx: Context) {
  console.log('token', ctx.secret('TOKEN'));
  return { env: process.env.COLOUR, length: ctx.secret('TOKEN').length, random: ctx.random(), leak: 'got ' + ctx.secret('TOKEN') };
}`,
    });
    const args = ['run', 'f.ts', '--env', 'COLOUR=red', '--secret', 'TOKEN', '--seed', '7'];
    const first = await folder.json(args, { TOKEN: 's3cr3t-value' });
    const second = await folder.json(args, { TOKEN: 's3cr3t-value' });
    expect(first.code).toBe(0);
    expect(first.data.results).toMatchObject({ env: 'red', length: 12, random: second.data.results.random });
    expect(first.stdout + first.stderr).not.toContain('s3cr3t-value');
    const missing = await folder.json(args);
    expect(missing.code).toBe(2);
    expect(missing.data.error.message).toContain('"TOKEN"');
  });

  it('hands dates, bigints and maps to the handler as such', async () => {
    const folder = createFolder({
      'kinds.ts': `import type { Context } from 'slipway';
        export function kinds(_ctx: Context, { at, big, map }: { at: Date; big: bigint; map: Map<string, number> }) {
          return { year: at.getUTCFullYear(), twice: big * 2n, sum: [...map.values()].reduce((a, b) => a + b, 0) };
        }`,
    });
    const { data } = await folder.json([
      'run',
      'kinds.ts',
      '-p',
      'at=2026-03-01T00:00:00Z',
      '-p',
      'big=21',
      '-p',
      'map={"a":1,"b":2}',
    ]);
    expect(data).toMatchObject({ state: 'completed', results: { year: 2026, twice: 42, sum: 3 } });
  });

  it('runs inline as well, and in a pool', async () => {
    const folder = createFolder({ 'train.ts': train, 'rows.csv': rows });
    for (const flags of [
      ['--runtime', 'inline'],
      ['--isolation', 'pool'],
    ]) {
      const { code, data } = await folder.json(['run', 'train.ts', '-i', 'data=rows.csv', ...flags]);
      expect(code).toBe(0);
      expect(data.results).toEqual({ accuracy: 0.8, rows: 3 });
    }
    const unknown = await folder.json(['run', 'train.ts', '-i', 'data=rows.csv', '-r', 'moon']);
    expect(unknown.code).toBe(2);
    expect(unknown.data.error.message).toContain('"moon"');
  });

  it('tries again after a failure', async () => {
    const folder = createFolder({
      'f.ts': `import type { Context } from 'slipway';
export function f(ctx: Context) { if (ctx.attempt < 3) throw new Error('not yet'); return { attempt: ctx.attempt }; }`,
    });
    const { code, data, stderr } = await folder.json([
      'run',
      'f.ts',
      '--retries',
      '3',
      '--retry-delay',
      '10ms',
    ]);
    expect(code).toBe(0);
    expect(data.results).toEqual({ attempt: 3 });
    expect(stderr).toContain('not yet');
  });
});
