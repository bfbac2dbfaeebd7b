import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTrackingServer } from '../support/start-tracking-server.ts';

const root = path.resolve(import.meta.dirname, '../..');
let script = '';
beforeAll(async () => {
  script = path.join(root, '.cache', 'test-pipelines', `${process.pid}-cached.mjs`);
  const entry = path.join(import.meta.dirname, 'scripts/cached-step.ts');
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ entryPoints: [entry], outfile: script, ...options });
  return () => rmSync(script, { force: true });
});

interface Process {
  readonly child: ChildProcess;
  /** Resolves once it has printed a line that begins so. */
  says(start: string): Promise<void>;
  readonly ended: Promise<string>;
}

function start(directory: string, mode: string, ...more: readonly string[]): Process {
  const child = spawn(process.execPath, [script, directory, mode, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  return {
    child,
    says: async (begin) => {
      while (!printed.split('\n').some((line) => line.startsWith(begin))) await once(child.stdout, 'data');
    },
    ended: once(child, 'close').then(() => printed.trim()),
  };
}

function folder(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-cache-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const ran = (directory: string): readonly string[] =>
  readFileSync(path.join(directory, 'ran.log'), 'utf8').trim().split('\n').sort();
const done = '{"state":"completed","outputs":{"sum":100}}';

describe('eight processes that run the same cached pipeline at once', () => {
  it('run every step once between them, and all get the same', { timeout: 60_000 }, async () => {
    const directory = folder();
    const processes = Array.from({ length: 8 }, () => start(directory, 'work'));
    writeFileSync(path.join(directory, 'go'), '');
    expect(await Promise.all(processes.map((one) => one.ended))).toEqual(Array(8).fill(done));
    expect(ran(directory)).toEqual(['s0', 's1', 's2', 's3', 's4', 'sum']);
  });

  it('do not wait for one that was killed while it held the steps', { timeout: 60_000 }, async () => {
    const directory = folder();
    const first = start(directory, 'hang');
    await Promise.all(['s0', 's1', 's2'].map((id) => first.says(`hanging in ${id}`)));
    const others = Array.from({ length: 2 }, () => start(directory, 'work'));
    writeFileSync(path.join(directory, 'go'), '');
    first.child.kill('SIGKILL');
    expect(await Promise.all(others.map((one) => one.ended))).toEqual([done, done]);
    const again = [...ran(directory)];
    // s0 to s2 were begun by the one that was killed
    for (const id of ['s0', 's1', 's2']) again.splice(again.indexOf(id), 1);
    expect(again).toEqual(['s0', 's1', 's2', 's3', 's4', 'sum']);
  });
});

describe('eight processes, each with a folder of its own, on one tracking server', () => {
  it('run every step once between them, and all get the same', { timeout: 240_000 }, async () => {
    const directory = folder();
    const server = await startTrackingServer(path.join(directory, 'server'));
    onTestFinished(() => server.stop());
    const address = JSON.stringify(server.address);
    const processes = Array.from({ length: 8 }, (_, at) => start(directory, 'work', address, `host-${at}`));
    writeFileSync(path.join(directory, 'go'), '');
    expect(await Promise.all(processes.map((one) => one.ended))).toEqual(Array(8).fill(done));
    expect(ran(directory)).toEqual(['s0', 's1', 's2', 's3', 's4', 'sum']);
  });

  it('leave a step to the machine whose thread it keeps busy for longer than a lease', {
    timeout: 240_000,
  }, async () => {
    const directory = folder();
    const server = await startTrackingServer(path.join(directory, 'server'));
    onTestFinished(() => server.stop());
    const address = JSON.stringify(server.address);
    writeFileSync(path.join(directory, 'go'), '');
    const first = start(directory, 'block', address, 'host-a', '8000');
    await first.says('blocking in s0');
    const others = ['host-b', 'host-c'].map((host) => start(directory, 'work', address, host, '8000'));
    expect(await Promise.all([first, ...others].map((one) => one.ended))).toEqual([
      `blocking in s0\n${done}`,
      done,
      done,
    ]);
    expect(ran(directory).filter((id) => id === 's0')).toEqual(['s0']);
  });

  it('go on when the one that ran the steps was killed on another machine, after its lease', {
    timeout: 240_000,
  }, async () => {
    const directory = folder();
    const server = await startTrackingServer(path.join(directory, 'server'));
    onTestFinished(() => server.stop());
    const address = JSON.stringify(server.address);
    const first = start(directory, 'hang', address, 'host-a');
    await Promise.all(['s0', 's1', 's2'].map((id) => first.says(`hanging in ${id}`)));
    first.child.kill('SIGKILL');
    const killed = performance.now();
    writeFileSync(path.join(directory, 'go'), '');
    const others = ['host-b', 'host-c'].map((host) => start(directory, 'work', address, host));
    expect(await Promise.all(others.map((one) => one.ended))).toEqual([done, done]);
    expect(performance.now() - killed).toBeGreaterThan(20_000);
    const again = [...ran(directory)];
    for (const id of ['s0', 's1', 's2']) again.splice(again.indexOf(id), 1);
    expect(again).toEqual(['s0', 's1', 's2', 's3', 's4', 'sum']);
  });
});
