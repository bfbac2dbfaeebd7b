import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../src/tracking/journal-event.ts';
import { currentProcess, isAlive } from '../../src/tracking/process-identity.ts';
import { stateRoot } from './layout.ts';
import { until } from './until.ts';

/** Only one process at a time starts or stops the cluster of a name; the lock of a dead process does not count. */
export async function withClusterLock<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
  const file = path.join(stateRoot, `${name}.lock`);
  await until(() => take(file), {
    describe: () => `another process holds ${file}`,
    // as long as another may take to start a cluster; less than hooks have, so that this says what was waited for
    timeoutMs: 480_000,
    everyMs: 100,
  });
  try {
    return await act();
  } finally {
    rmSync(file, { force: true });
    if (readdirSync(stateRoot).length === 0) rmdirSync(stateRoot);
  }
}

function take(file: string): boolean {
  try {
    mkdirSync(stateRoot, { recursive: true });
    writeFileSync(file, JSON.stringify(currentProcess()), { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // whoever held it before may just have removed the empty folder
    if (code === 'ENOENT') return false;
    if (code !== 'EEXIST') throw error;
    const holder = read(file);
    if (holder && isAlive(holder) === false) rmSync(file, { force: true });
    return false;
  }
}

function read(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
