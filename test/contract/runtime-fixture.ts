import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HandlerSpec } from '../../src/functions/function-spec.ts';
import { createJob } from '../../src/runtime/create-job.ts';
import type { Job } from '../../src/runtime/job.ts';
import { openLocalStore } from '../../src/tracking/local/local-store.ts';
import type { RunStore } from '../../src/tracking/store.ts';

const handlers = path.join(path.dirname(fileURLToPath(import.meta.url)), 'runtime-handlers.mjs');

/** A folder with a store and a bundle of the contract's handlers. */
export interface RuntimeFixture {
  readonly root: string;
  readonly store: RunStore;
  job(handler: string, change?: Partial<Job>): Job;
  log(uid: string): string;
  remove(): Promise<void>;
}

export function createRuntimeFixture(): RuntimeFixture {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-runtime-'));
  const bundleDirectory = path.join(root, 'bundle');
  writeBundle(bundleDirectory, readFileSync(handlers, 'utf8'));
  copyFileSync(handlers, path.join(bundleDirectory, 'main.mjs'));
  const storeDirectory = path.join(root, '.slipway');
  const store = openLocalStore({ directory: storeDirectory, project: 'contract' });
  return {
    root,
    store,
    job: (handler, change = {}) =>
      createJob({
        project: 'contract',
        storeDirectory,
        workingDirectory: root,
        function: { name: 'contract', handler },
        handler: anyHandler(handler),
        bundleDirectory,
        ...change,
      }),
    log(uid) {
      try {
        return readFileSync(
          path.join(storeDirectory, 'projects', 'contract', 'runs', uid, 'output.log'),
          'utf8',
        );
      } catch {
        return '';
      }
    },
    async remove() {
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A bundle with this code as its module. */
export function writeBundle(directory: string, code: string, needsApi = false): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'main.mjs'), code);
  const manifest = {
    apiVersion: 'slipway/v1',
    digest: 'sha256:0',
    handlers: [],
    externals: {},
    packages: {},
    needsApi,
  };
  writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
}

/** The contract of a handler that takes anything. */
export function anyHandler(name: string, parameters: HandlerSpec['parameters'] = []): HandlerSpec {
  return { name, parameters, results: [], acceptsUnknown: true };
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Polls until the condition holds; fails after 100 seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 100_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a process exists and is no zombie. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2).charAt(0));
  } catch {
    return false;
  }
}
