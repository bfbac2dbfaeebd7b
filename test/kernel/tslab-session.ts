import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** A display message of a cell. */
export interface Display {
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether it replaces what was shown under its id. */
  readonly update: boolean;
  readonly id?: string;
  /** When it was sent; milliseconds since 1970. */
  readonly at: number;
}

/** What a cell gave back: what was written for it so far, also after its reply. */
export interface CellOutcome {
  readonly status: 'ok' | 'error' | 'abort';
  readonly stdout: string;
  readonly stderr: string;
  /** How many messages carried the output; the real kernel loses some when many are sent at once. */
  readonly messages: number;
  readonly displays: readonly Display[];
  readonly milliseconds: number;
}

type Message =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'stream';
      readonly id: number;
      readonly name: 'stdout' | 'stderr';
      readonly text: string;
    }
  | {
      readonly kind: 'display';
      readonly id: number;
      readonly data: Readonly<Record<string, unknown>>;
      readonly update: boolean;
      readonly display?: string;
      readonly at: number;
    }
  | {
      readonly kind: 'reply';
      readonly id: number;
      readonly status: CellOutcome['status'];
      readonly milliseconds: number;
    };

interface PendingCell {
  readonly outcome: { -readonly [Key in keyof CellOutcome]: CellOutcome[Key] } & {
    displays: Display[];
  };
  readonly done: () => void;
}

export interface TslabOptions {
  /** The kernel's working directory: the notebook's folder. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A tslab kernel in a process of its own. */
export class TslabSession {
  readonly #child: ChildProcess;
  readonly #cells = new Map<number, PendingCell>();
  readonly #ready: Promise<void>;
  readonly #closed: Promise<void>;
  #errors = '';
  #count = 0;

  constructor({ directory, env = {} }: TslabOptions) {
    const tslab = path.resolve('node_modules/tslab/dist');
    const child = spawn(process.execPath, [path.resolve('test/kernel/tslab-kernel.cjs'), tslab], {
      cwd: directory,
      // nothing of the test run's own is to be seen by the kernel
      env: { PATH: process.env.PATH, HOME: directory, ...env },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr?.on('data', (data) => {
      this.#errors += String(data);
    });
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    this.#ready = new Promise((resolve, reject) => {
      const lines = createInterface({ input: child.stdio[3] as Readable });
      lines.on('line', (line) => this.#take(JSON.parse(line) as Message, resolve));
      child.once('error', reject);
      void this.#closed.then(() => reject(new Error(`the kernel ended: ${this.#errors}`)));
    });
    this.#ready.catch(() => undefined);
  }

  /** Runs a cell to its reply. */
  async run(code: string): Promise<CellOutcome> {
    return this.start(code).then(({ ended }) => ended);
  }

  /** Starts a cell; `outcome` fills while it runs and after its reply. */
  async start(
    code: string,
  ): Promise<{ readonly outcome: CellOutcome; readonly ended: Promise<CellOutcome> }> {
    await this.#ready;
    const id = ++this.#count;
    const outcome: PendingCell['outcome'] = {
      status: 'abort',
      stdout: '',
      stderr: '',
      messages: 0,
      displays: [],
      milliseconds: 0,
    };
    const ended = new Promise<CellOutcome>((resolve, reject) => {
      this.#cells.set(id, { outcome, done: () => resolve(outcome) });
      void this.#closed.then(() => reject(new Error(`the kernel ended in a cell: ${this.#errors}`)));
    });
    ended.catch(() => undefined);
    (this.#child.stdin as Writable).write(`${JSON.stringify({ id, code })}\n`);
    return { outcome, ended };
  }

  /** What Jupyter's stop button sends. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Ends it whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
  }

  #take(message: Message, ready: () => void): void {
    if (message.kind === 'ready') {
      ready();
      return;
    }
    const cell = this.#cells.get(message.id);
    if (!cell) throw new Error(`the kernel answers a cell "${message.id}" that was never sent`);
    const { outcome } = cell;
    if (message.kind === 'stream') {
      outcome[message.name] += message.text;
      outcome.messages += 1;
    } else if (message.kind === 'display') {
      const { data, update, display, at } = message;
      outcome.displays.push({ data, update, at, ...(display === undefined ? {} : { id: display }) });
    } else {
      outcome.status = message.status;
      outcome.milliseconds = message.milliseconds;
      cell.done();
    }
  }
}
