import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createUid } from '../../core/id.ts';
import { findProject } from '../../projects/find-project.ts';
import type { Session } from '../session.ts';
import { type Check, check } from './check.ts';
import { checkKernel } from './check-kernel.ts';

const execute = promisify(execFile);

/** Everything `slipway doctor` looks at, in the order it shows. */
export function listChecks(session: Session): readonly (() => Promise<Check>)[] {
  const reinstall = 'install the package again: npm install slipway';
  return [
    () => check('node', 'install Node 20.19 or later', checkNode),
    () => check('project', 'correct project.yaml', () => checkProject(session)),
    () => check('store', 'give write access to the folder, or set SLIPWAY_HOME', () => checkStore(session)),
    () => check('index', reinstall, checkIndex),
    () => check('esbuild', reinstall, checkBundler),
    () => check('typescript', reinstall, checkTypescript),
    () => check('duckdb', reinstall, checkDuckdb),
    () =>
      check('git', 'install git to have commits in run records', () => version('git', session), {
        optional: true,
      }),
    () =>
      check('jupyter', 'for notebooks in Jupyter: slipway kernel install', () => checkKernel(session), {
        optional: true,
      }),
    () =>
      check('docker', 'only for runs in containers', () => version('docker', session), { optional: true }),
    () =>
      check('kubernetes', 'only for runs on a cluster', () => checkKubernetes(session), { optional: true }),
  ];
}

function checkNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`${process.versions.node} is too old`);
  return process.versions.node;
}

async function checkProject(session: Session): Promise<string> {
  const project = await findProject(session.directory, session.env);
  return `${project.name} (${project.file ?? 'no project.yaml here'})`;
}

async function checkStore(session: Session): Promise<string> {
  const { storeDirectory } = await findProject(session.directory, session.env);
  const created = firstMissing(storeDirectory);
  mkdirSync(storeDirectory, { recursive: true });
  const probe = path.join(storeDirectory, `${createUid()}.probe`);
  writeFileSync(probe, '');
  rmSync(probe);
  // looking must not leave a store behind where there was none
  if (created !== undefined) rmSync(created, { recursive: true });
  return storeDirectory;
}

function firstMissing(directory: string): string | undefined {
  if (existsSync(directory)) return undefined;
  const parent = path.dirname(directory);
  return firstMissing(parent) ?? directory;
}

async function checkIndex(): Promise<string> {
  const { openDatabase } = await import('../../tracking/local/index/sqlite.ts');
  const database = openDatabase(':memory:');
  const { version: sqlite } = database.prepare('select sqlite_version() as version').get() as {
    version: string;
  };
  database.close();
  return `SQLite ${sqlite}`;
}

async function checkBundler(): Promise<string> {
  const { transform, version: installed } = await import('esbuild');
  await transform('let a: number = 1', { loader: 'ts' });
  return installed;
}

async function checkTypescript(): Promise<string> {
  const typescript = createRequire(import.meta.url)('typescript-ast') as {
    readonly version: string;
    createSourceFile?: unknown;
  };
  if (typeof typescript.createSourceFile !== 'function')
    throw new Error(`${typescript.version} has no compiler API`);
  return typescript.version;
}

async function checkDuckdb(): Promise<string> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const [row] = (await connection.runAndReadAll('select version()')).getRows();
  connection.closeSync();
  return String(row?.[0]);
}

async function version(program: string, session: Session): Promise<string> {
  try {
    const { stdout } = await execute(program, ['--version'], {
      env: session.env as NodeJS.ProcessEnv,
      timeout: 10_000,
    });
    return stdout.trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(missing ? `${program} is not installed` : `${program} does not answer`, { cause: error });
  }
}

function checkKubernetes(session: Session): string {
  const file = session.env.KUBECONFIG ?? path.join(session.env.HOME ?? homedir(), '.kube', 'config');
  if (session.env.KUBERNETES_SERVICE_HOST) return 'inside a cluster';
  if (!existsSync(file)) throw new Error('no kubeconfig');
  return file;
}
