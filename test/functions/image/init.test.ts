import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const init = path.resolve(`src/functions/image/init/init-linux-${architecture}`);

const run = (...command: readonly string[]): { status: number | null; stderr: string } => {
  const { status, stderr } = spawnSync(init, command, { encoding: 'utf8' });
  return { status, stderr };
};

/** A command under the init that prints lines; resolves with its first one. */
async function start(
  program: string,
): Promise<{ child: ChildProcess; line: string; lines: AsyncIterator<string> }> {
  const child = spawn(init, ['node', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error('no output');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return { child, line: String(value), lines };
}

describe.runIf(process.platform === 'linux')('the first process of a container', () => {
  it('passes the exit code on', () => {
    expect(run('node', '-e', 'process.exit(7)').status).toBe(7);
    expect(run('node', '-e', '').status).toBe(0);
  });

  it('says which signal ended the command, as shells do', () => {
    expect(run('node', '-e', 'process.kill(process.pid, "SIGKILL")').status).toBe(128 + 9);
    expect(run('node', '-e', 'process.kill(process.pid, "SIGTERM")').status).toBe(128 + 15);
  });

  it('says that a command does not exist, cannot be executed, or was not given', () => {
    expect(run('no-such-command')).toEqual({
      status: 127,
      stderr: 'slipway init: cannot start "no-such-command": it does not exist in the image\n',
    });
    expect(run('/etc/passwd')).toMatchObject({
      status: 126,
      stderr: expect.stringContaining('not executable'),
    });
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('give it a command') });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)('forwards %s', async (signal) => {
    const { child, lines } = await start(
      `process.on('${signal}', () => { console.log('got it'); process.exit(5); }); setInterval(() => {}, 1000); console.log('ready');`,
    );
    child.kill(signal);
    expect((await lines.next()).value).toBe('got it');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });

  it('does not hold the command’s own signals back', async () => {
    const { child, line } = await start(
      "console.log(require('fs').readFileSync('/proc/self/status', 'utf8').match(/SigBlk:\\s*(\\w+)/)[1])",
    );
    expect(Number.parseInt(line, 16)).toBe(0);
    await once(child, 'exit');
  });

  it('takes in processes whose parent has gone, and leaves no zombie of them', async () => {
    // the grandchild outlives its parent and then ends: its remains are the init's to take away
    const { child, line } = await start(`
      const { spawn } = require('child_process');
      const fs = require('fs');
      const script = "const c = require('child_process').spawn('sleep', ['0.1'], { detached: true, stdio: 'ignore' }); process.stdout.write(String(c.pid)); c.unref();";
      const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      let pid = '';
      parent.stdout.on('data', (data) => (pid += data));
      parent.on('close', () => {
        const adopted = fs.readFileSync('/proc/' + pid + '/status', 'utf8').match(/PPid:\\s*(\\d+)/)[1] === String(process.ppid);
        const deadline = Date.now() + 50_000;
        const timer = setInterval(() => {
          if (fs.existsSync('/proc/' + pid) && Date.now() < deadline) return;
          clearInterval(timer);
          console.log(JSON.stringify({ adopted, gone: !fs.existsSync('/proc/' + pid) }));
        }, 10);
      });`);
    expect(JSON.parse(line)).toEqual({ adopted: true, gone: true });
    await once(child, 'exit');
  });

  it('is small, and the one that its source gives', () => {
    expect(readFileSync(init).length).toBeLessThan(4096);
    const compiler = architecture === 'arm64' ? 'aarch64-linux-gnu-gcc' : 'x86_64-linux-gnu-gcc';
    const { stdout, error } = spawnSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' });
    // another compiler gives other bytes of the same behaviour
    if (error || !stdout.startsWith('12.2')) return;
    const folder = mkdtempSync(path.join(tmpdir(), 'slipway-init-'));
    try {
      const built = spawnSync(process.execPath, ['scripts/build-init.mjs', `linux-${architecture}`, folder], {
        encoding: 'utf8',
      });
      expect(built.stderr).toBe('');
      expect(readFileSync(path.join(folder, `init-linux-${architecture}`)).equals(readFileSync(init))).toBe(
        true,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
