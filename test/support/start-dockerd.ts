import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A Docker daemon of one's own, which may be stopped. */
export interface OwnDaemon {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Folder of its images and containers. */
  readonly data: string;
  /** Runs a `docker` command on it. */
  docker(args: readonly string[], input?: Buffer): string;
  /** Ends it; containers end with it. */
  stop(): Promise<void>;
  /** Starts it again, unless it runs. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

export interface OwnDaemonOptions {
  /** A folder that it does not see, as one on another machine would not. */
  readonly hidden?: string;
  /** Megabytes of the disk that its images and containers are on. @default that of the machine */
  readonly disk?: number;
}

/** Starts a daemon with its own folder, socket and containerd; in a network of its own, because a daemon without a bridge
 * removes the one that the machine's daemon uses. Needs root. */
export async function startDockerd({ hidden, disk }: OwnDaemonOptions = {}): Promise<OwnDaemon> {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-dockerd-'));
  const data = path.join(root, 'data');
  const socket = path.join(root, 'docker.sock');
  const host = `unix://${socket}`;
  let daemon: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const ending = daemon;
    daemon = undefined;
    if (!ending || !isRunning(ending)) return;
    const exited = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGTERM');
    await exited;
  };
  const start = async (): Promise<void> => {
    if (daemon && isRunning(daemon)) return;
    for (const folder of ['data', 'exec']) mkdirSync(path.join(root, folder), { recursive: true });
    if (disk !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${disk}m`, 'none', data]);
    rmSync(path.join(root, 'docker.pid'), { force: true });
    const flags = [...dockerdFlags(root), '--host', host];
    daemon =
      hidden === undefined
        ? spawn('unshare', ['--net', 'dockerd', ...flags], { stdio: 'ignore' })
        : spawn('unshare', ['--net', '--mount', 'sh', '-c', hide, 'sh', hidden, ...flags], {
            stdio: 'ignore',
          });
    await answers(socket, host, daemon);
  };
  await start();
  return {
    host,
    data,
    docker: (args, input) =>
      execFileSync('docker', ['-H', host, ...args], {
        encoding: 'utf8',
        ...(input ? { input, maxBuffer: 2 ** 30 } : {}),
      }).trim(),
    stop,
    start,
    async remove() {
      await stop();
      if (disk !== undefined) execFileSync('umount', ['-l', data]);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Puts an empty folder over one, for the daemon alone. */
const hide = 'mount -t tmpfs none "$1" && shift && exec dockerd "$@"';

function dockerdFlags(root: string): readonly string[] {
  const folders = ['--data-root', path.join(root, 'data'), '--exec-root', path.join(root, 'exec')];
  const network = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'];
  return [...folders, '--pidfile', path.join(root, 'docker.pid'), ...network];
}

async function answers(socket: string, host: string, daemon: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with exit code ${daemon.exitCode}`);
    if (existsSync(socket) && isUp(host)) return;
    if (Date.now() > deadline) throw new Error('timed out: dockerd does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isUp(host: string): boolean {
  try {
    execFileSync('docker', ['-H', host, 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
