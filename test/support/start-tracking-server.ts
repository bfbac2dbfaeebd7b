import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerAddress } from '../../src/tracking/http/server-address.ts';

export interface TrackingServer {
  readonly address: ServerAddress;
  readonly storeDirectory: string;
  readonly process: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `slipway server` as a process of its own, over a store in this folder; resolves when it listens. */
export async function startTrackingServer(
  folder: string,
  {
    port = 0,
    args = [],
    env = {},
  }: {
    readonly port?: number;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<TrackingServer> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'project.yaml'), 'name: demo\n');
  const child = spawn(
    process.execPath,
    ['dist/cli.mjs', '-C', folder, 'server', '--port', String(port), '-o', 'json', ...args],
    {
      cwd: path.resolve(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, SLIPWAY_HOME: undefined, ...env },
    },
  );
  const started = await readDocument(child);
  const token = readFileSync(started.tokenFile, 'utf8').trim();
  return {
    address: { url: started.url, token },
    storeDirectory: started.storeDirectory,
    process: child,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

async function readDocument(
  child: ChildProcess,
): Promise<{ url: string; tokenFile: string; storeDirectory: string }> {
  let text = '';
  if (!child.stdout) throw new Error('the server has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') return JSON.parse(text);
  }
  throw new Error(`the server ended before it listened: ${text}`);
}
