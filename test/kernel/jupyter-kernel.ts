import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';

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
  readonly content: { readonly text?: string; readonly name?: string; readonly execution_state?: string };
}

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

  static async start(directory: string): Promise<JupyterKernel> {
    const [shell, iopub, control, stdin, hb] = await Promise.all(Array.from({ length: 5 }, freePort));
    const key = randomUUID();
    const config = path.join(directory, 'kernel-connection.json');
    const ports = {
      shell_port: shell,
      iopub_port: iopub,
      control_port: control,
      stdin_port: stdin,
      hb_port: hb,
    };
    writeFileSync(config, JSON.stringify({ transport: 'tcp', ip: '127.0.0.1', key, ...ports }));
    const child = spawn(
      process.execPath,
      [path.resolve('node_modules/tslab/bin/tslab'), 'kernel', '--config-path', config],
      { cwd: directory, env: { PATH: process.env.PATH, HOME: directory }, stdio: 'ignore' },
    );
    return new JupyterKernel(child, key, { shell: shell ?? 0, iopub: iopub ?? 0 });
  }

  /** Runs a cell until the kernel says that it is idle; gives its stdout. Fails after the deadline, as a front end hangs. */
  async run(code: string, deadlineMs = 30_000): Promise<string> {
    const id = randomUUID();
    let text = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the kernel never became idle; stdout ends with "${text.slice(-200)}"`)),
        deadlineMs,
      );
      const listener = ({ header, parent, content }: Message): void => {
        if (parent.msg_id !== id) return;
        if (header.msg_type === 'stream') text += content.text ?? '';
        if (header.msg_type !== 'status' || content.execution_state !== 'idle') return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(text);
      };
      this.#listeners.add(listener);
      void this.#send(id, code);
    });
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
