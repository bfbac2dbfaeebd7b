import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

interface Socket {
  connect(address: string): void;
  close(): void;
}
interface Dealer extends Socket, AsyncIterable<Buffer[]> {
  send(parts: (string | Buffer)[]): Promise<void>;
}
interface Subscriber extends Socket, AsyncIterable<Buffer[]> {
  subscribe(): void;
}

// the kernel's own messaging library, which is no dependency of ours
const { Dealer, Subscriber } = createRequire(path.resolve('node_modules/tslab/package.json'))('zeromq') as {
  Dealer: new () => Dealer;
  Subscriber: new (options: { receiveHighWaterMark: number }) => Subscriber;
};

interface Message {
  readonly header: { readonly msg_type: string };
  readonly parent: { readonly msg_id?: string };
  readonly content: {
    readonly text?: string;
    readonly name?: string;
    readonly execution_state?: string;
    readonly data?: Readonly<Record<string, string>>;
    readonly transient?: { readonly display_id?: string };
    readonly traceback?: readonly string[];
  };
}

/** What a cell sent, as it was when the kernel became idle. */
export interface CellMessages {
  stdout: string;
  stderr: string;
  /** Displays in order; `id` is shared by those that stand in one place. */
  readonly displays: { readonly data: Readonly<Record<string, string>>; readonly id?: string | undefined }[];
  error?: string;
}

export interface JupyterKernelOptions {
  /** Command line of the kernel, with `{connection_file}`. @default tslab's */
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const tslab = [
  process.execPath,
  path.resolve('node_modules/tslab/bin/tslab'),
  'kernel',
  '--config-path={connection_file}',
];

/** The real kernel process, spoken to as Jupyter does: what is lost on this way is lost for users. */
export class JupyterKernel {
  readonly #child: ChildProcess;
  readonly #shell: Dealer;
  readonly #published: Subscriber;
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #key: string;
  readonly #closed: Promise<void>;

  private constructor(child: ChildProcess, key: string, ports: { shell: number; iopub: number }) {
    this.#child = child;
    this.#key = key;
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()));
    this.#shell = new Dealer();
    this.#shell.connect(`tcp://127.0.0.1:${ports.shell}`);
    this.#published = new Subscriber({ receiveHighWaterMark: 0 });
    this.#published.connect(`tcp://127.0.0.1:${ports.iopub}`);
    this.#published.subscribe();
    void this.#listen();
  }

  static async start(
    directory: string,
    { argv = tslab, env = {} }: JupyterKernelOptions = {},
  ): Promise<JupyterKernel> {
    const [shell, iopub, control, stdin, hb] = await Promise.all(Array.from({ length: 5 }, freePort));
    const key = randomUUID();
    const config = path.join(directory, `kernel-${randomUUID()}.json`);
    const ports = {
      shell_port: shell,
      iopub_port: iopub,
      control_port: control,
      stdin_port: stdin,
      hb_port: hb,
    };
    writeFileSync(config, JSON.stringify({ transport: 'tcp', ip: '127.0.0.1', key, ...ports }));
    const [command = '', ...args] = argv.map((part) => part.replace('{connection_file}', config));
    const child = spawn(command, args, {
      cwd: directory,
      env: { PATH: process.env.PATH, HOME: directory, ...env },
      stdio: 'ignore',
    });
    return new JupyterKernel(child, key, { shell: shell ?? 0, iopub: iopub ?? 0 });
  }

  /** Runs a cell until the kernel says that it is idle; gives its stdout. Fails after the deadline, as a front end hangs, and when the kernel ends. */
  async run(code: string, deadlineMs = 120_000): Promise<string> {
    return (await this.execute(code, { deadlineMs })).stdout;
  }

  /** The same; gives all that the cell sent. `onMessage` sees it grow. */
  async execute(
    code: string,
    options: { readonly deadlineMs?: number; readonly onMessage?: (cell: CellMessages) => void } = {},
  ): Promise<CellMessages> {
    const { deadlineMs = 120_000, onMessage } = options;
    const id = randomUUID();
    const cell: CellMessages = { stdout: '', stderr: '', displays: [] };
    return new Promise((resolve, reject) => {
      const fail = (what: string): void => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
        reject(new Error(`the kernel ${what}; it said ${JSON.stringify(cell).slice(-400)}`));
      };
      const timer = setTimeout(() => fail('never became idle'), deadlineMs);
      void this.#closed.then(() => fail('ended'));
      const listener = (message: Message): void => {
        if (message.parent.msg_id !== id) return;
        collect(cell, message);
        onMessage?.(cell);
        if (message.header.msg_type !== 'status' || message.content.execution_state !== 'idle') return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(cell);
      };
      this.#listeners.add(listener);
      this.#send(id, code).catch((error: unknown) => fail(`takes nothing: ${String(error)}`));
    });
  }

  /**
   * Resolves once the kernel runs what it is sent. One that starts neither answers nor forgets what it is asked; for a moment
   * after a cell that failed it becomes idle at once without running anything, which only the missing output tells.
   */
  async ready(): Promise<void> {
    const deadline = Date.now() + 180_000;
    // longer each time: what is asked before the kernel publishes must be answered too, and makes the others wait
    for (let deadlineMs = 1000; ; ) {
      try {
        if ((await this.run("console.log('ready')", deadlineMs)).includes('ready')) return;
        if (Date.now() > deadline) throw new Error('the kernel runs nothing of what it is sent');
        await delay(50);
      } catch (error) {
        if (!this.isAlive || Date.now() > deadline) throw error;
        deadlineMs *= 2;
      }
    }
  }

  /** What Jupyter's stop button does for kernels whose `interrupt_mode` is `signal`. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Whether the process still runs. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
    this.#shell.close();
    this.#published.close();
  }

  async #send(id: string, code: string): Promise<void> {
    const header = { msg_id: id, msg_type: 'execute_request', session: 's', username: 'u', version: '5.3' };
    const parts = [header, {}, {}, { code, silent: false }].map((part) => JSON.stringify(part));
    const hash = createHmac('sha256', this.#key);
    for (const part of parts) hash.update(part);
    await this.#shell.send(['<IDS|MSG>', hash.digest('hex'), ...parts]);
  }

  async #listen(): Promise<void> {
    for await (const frames of this.#published) {
      const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>');
      const [header, parent, , content] = frames
        .slice(at + 2)
        .map((frame) => JSON.parse(frame.toString()) as object);
      for (const listener of this.#listeners) listener({ header, parent, content } as Message);
    }
  }
}

function collect(cell: CellMessages, { header, content }: Message): void {
  const { name, text = '', data = {}, transient } = content;
  switch (header.msg_type) {
    case 'stream':
      cell[name === 'stderr' ? 'stderr' : 'stdout'] += text;
      break;
    case 'display_data':
    case 'update_display_data':
      cell.displays.push({ data, id: transient?.display_id });
      break;
    case 'error':
      cell.error = content.traceback?.join('\n') ?? '';
  }
}

/**
 * A port that nobody listens on. Not one that the system deals out: a connection or server of another test could take it before
 * the kernel does, and tslab goes on without it.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
