import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { postgresPrograms } from './postgres-programs.ts';

export interface Postgres {
  /** Of the process that starts the others. */
  readonly pid: number;
  readonly port: number;
  /** Folder of its files; `server.crt` and `server.key` in it turn TLS on at the next start. */
  readonly data: string;
  /** Address of a database of this server, with the password. */
  url(database: string): string;
  /** Makes an empty database and gives its address. */
  createDatabase(): Promise<string>;
  /** Runs statements as the superuser; gives what they print, unaligned. */
  sql(database: string, statement: string): string;
  /** Ends it: SIGINT disconnects everybody at once, SIGKILL leaves everything to crash recovery. */
  stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
  /** Stops it for good and removes its files. */
  dispose(): Promise<void>;
}

const password = 'a secret of the tests: @/?#';
/** Postgres refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const startMs = 60_000;

export interface PostgresWishes {
  /** Address of this machine to listen on beside loopback, for pods of a cluster. */
  readonly alsoOn?: string;
}

/** Starts a real Postgres in a folder of its own, on loopback, with its default durability. */
export async function startPostgres({ alsoOn }: PostgresWishes = {}): Promise<Postgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('Postgres is not installed: see .ci/run');
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-postgres-'));
  const data = path.join(folder, 'data');
  mkdirSync(data);
  const secret = path.join(folder, 'password');
  writeFileSync(secret, password);
  if (account.uid !== undefined)
    for (const file of [folder, data, secret]) chownSync(file, account.uid, account.gid);
  const run = (program: string, args: readonly string[]): string =>
    execFileSync(path.join(programs, program), args, {
      ...account,
      cwd: folder,
      // the home of who started this is closed to the account that it runs under
      env: { ...process.env, HOME: folder, PGPASSWORD: password, LC_ALL: 'C.UTF-8' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  run('initdb', ['-D', data, '-U', 'slipway', '-A', 'scram-sha-256', '--pwfile', secret, '-E', 'UTF8', '-N']);
  const port = await freePort();
  appendFileSync(
    path.join(data, 'postgresql.conf'),
    `port = ${port}\nlisten_addresses = '${['127.0.0.1', ...(alsoOn === undefined ? [] : [alsoOn])].join(',')}'\nunix_socket_directories = '${folder}'\nmax_connections = 60\n`,
  );
  if (alsoOn !== undefined)
    appendFileSync(path.join(data, 'pg_hba.conf'), 'host all all 0.0.0.0/0 scram-sha-256\n');
  const server = new PostgresProcess(path.join(programs, 'postgres'), data, () =>
    run('pg_isready', ['-h', '127.0.0.1', '-p', String(port)]),
  );
  await server.start();
  const sql = (database: string, statement: string): string =>
    run('psql', [
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'slipway',
      '-d',
      database,
      '-v',
      'ON_ERROR_STOP=1',
      '-qAtc',
      statement,
    ]).trim();
  const url = (database: string): string =>
    `postgres://slipway:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  let databases = 0;
  return {
    get pid() {
      return server.pid;
    },
    port,
    data,
    url,
    sql,
    async createDatabase() {
      const name = `d${++databases}`;
      sql('postgres', `CREATE DATABASE ${name}`);
      return url(name);
    },
    start: () => server.start(),
    stop: (signal) => server.stop(signal),
    async dispose() {
      await server.stop('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

class PostgresProcess {
  readonly #program: string;
  readonly #data: string;
  readonly #isReady: () => void;
  #process: ChildProcess | undefined;

  constructor(program: string, data: string, isReady: () => void) {
    this.#program = program;
    this.#data = data;
    this.#isReady = isReady;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Does nothing while it runs. After a SIGKILL the processes of its connections live on for a moment, and it refuses to start beside them. */
  async start(): Promise<void> {
    for (const deadline = Date.now() + startMs; ; ) {
      if (!this.#isRunning) this.#spawn();
      try {
        this.#isReady();
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(50);
      }
    }
  }

  get #isRunning(): boolean {
    const child = this.#process;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  #spawn(): void {
    this.#process = spawn(this.#program, ['-D', this.#data], {
      ...account,
      cwd: this.#data,
      stdio: 'ignore',
    });
  }

  async stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (!child || !this.#isRunning) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
