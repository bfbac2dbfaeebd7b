import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface PgBouncer {
  /** The same address by way of the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** It refuses to run as root. */
const nobody = 65_534;
const startMs = 20_000;

/** Starts a real PgBouncer in front of a database. */
export async function startPgBouncer(url: string, mode: 'session' | 'transaction'): Promise<PgBouncer> {
  const target = new URL(url);
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-pgbouncer-'));
  const file = (name: string): string => path.join(folder, name);
  const port = await freePort();
  const password = decodeURIComponent(target.password);
  writeFileSync(file('users.txt'), `"${target.username}" "${password}"\n`);
  writeFileSync(
    file('pgbouncer.ini'),
    [
      '[databases]',
      `* = host=127.0.0.1 port=${target.port}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${file('users.txt')}`,
      `pool_mode = ${mode}`,
      '',
    ].join('\n'),
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const name of ['.', 'users.txt', 'pgbouncer.ini']) chownSync(file(name), nobody, nobody);
  const account = isRoot ? { uid: nobody, gid: nobody } : {};
  const child = spawn('pgbouncer', [file('pgbouncer.ini')], { ...account, cwd: folder, stdio: 'ignore' });
  for (const deadline = Date.now() + startMs; !(await answers(port)); ) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('PgBouncer does not start');
    await delay(50);
  }
  const pooled = new URL(url);
  pooled.port = String(port);
  return {
    url: pooled.href,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
