import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorRecord, reviveError } from '../../core/error.ts';
import { type CallAnswer, decodeCall, encodeCall } from './call-channel.ts';
import { notebookKernelEnded, notebookKernelFailed } from './errors.ts';
import type { CellError, FromKernel, ToKernel } from './kernel-messages.ts';
import { endGroup } from './process-group.ts';

/** What happens in a kernel while a cell runs. */
export type KernelEvent = Extract<FromKernel, { type: 'stream' | 'display' | 'stray' }>;

export interface KernelOptions {
  /** Script that calls `serveKernel`, and its arguments. */
  readonly entry: readonly string[];
  /** Folder of the tslab package. */
  readonly tslab: string;
  /** The notebook's folder. */
  readonly directory: string;
  /** Path of the notebook, for code that asks which one it is in. */
  readonly notebook: string;
  /** The notebook as messages name it. */
  readonly displayPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly setup?: unknown;
  /** Answers calls of the kernel's set-up code. */
  readonly onCall?: (name: string, values: readonly unknown[]) => unknown;
  /** Told of everything that is written, in order. */
  readonly onEvent: (event: KernelEvent) => void;
}

/** A kernel in a process, and process group, of its own. */
export interface Kernel {
  /** Runs a cell; gives why it failed, if it did. Rejects with NOTEBOOK_KERNEL_ENDED when the process ends meanwhile. */
  execute(cell: number, code: string): Promise<CellError | undefined>;
  /** Tells code in the kernel to stop, waits that long for the cell to end, then ends every process of the group. */
  stop(reason: string, graceMs: number): Promise<void>;
  /** Lets the process end by itself, with what it does on exit, then as `close`. */
  finish(exitCode: number): Promise<void>;
  /** Ends every process of the group and resolves when none is left. */
  close(): Promise<void>;
}

/**
 * Starts a kernel and waits until it takes cells, about a second.
 * @throws NOTEBOOK_KERNEL_FAILED, or what the set-up code threw
 */
export async function openKernel(options: KernelOptions): Promise<Kernel> {
  const kernel = new KernelProcess(options);
  try {
    await kernel.ready;
    return kernel;
  } catch (error) {
    await kernel.close();
    throw error;
  }
}

/** How long streams that somebody else keeps open are read after the process has ended. */
const drainMs = 500;
/** How long a kernel may take to end by itself. */
const finishMs = 2000;

/** Stands for the cell while the kernel is not yet open; the injected cell is 0. */
const opening = -1;

interface Pending {
  readonly cell: number;
  readonly resolve: (error: CellError | undefined) => void;
  readonly reject: (error: unknown) => void;
}

class KernelProcess implements Kernel {
  readonly ready: Promise<void>;
  readonly #options: KernelOptions;
  readonly #process: ChildProcess;
  readonly #channel: Socket;
  readonly #ended: Promise<void>;
  #pending: Pending | undefined;
  #closing = false;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#process = spawn(process.execPath, [...options.entry], {
      cwd: options.directory,
      env: { ...options.env, SLIPWAY_NOTEBOOK: options.notebook },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#channel = this.#process.stdio[3] as Socket;
    for (const at of [3, 4]) this.#process.stdio[at]?.on('error', () => undefined);
    for (const name of ['stdout', 'stderr'] as const)
      this.#process[name]
        ?.setEncoding('utf8')
        .on('data', (text: string) => this.#options.onEvent({ type: 'stream', name, text }));
    this.ready = this.#open();
    // whoever waits for the kernel gets the reason
    this.ready.catch(() => undefined);
    this.#ended = this.#watchEnd();
  }

  execute(cell: number, code: string): Promise<CellError | undefined> {
    return new Promise((resolve, reject) => {
      this.#pending = { cell, resolve, reject };
      this.#tell({ type: 'execute', cell, code });
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) this.#fail();
    });
  }

  async stop(reason: string, graceMs: number): Promise<void> {
    this.#tell({ type: 'stop', reason });
    const running = this.#pending;
    if (running && graceMs > 0) await this.#idle(graceMs);
    await this.close();
  }

  async finish(exitCode: number): Promise<void> {
    this.#tell({ type: 'end', exitCode });
    const timer = new AbortController();
    await Promise.race([
      this.#ended,
      sleep(finishMs, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
    await this.close();
  }

  async close(): Promise<void> {
    this.#closing = true;
    const { pid } = this.#process;
    if (pid !== undefined) await endGroup(pid);
    await this.#ended;
  }

  #tell(message: ToKernel): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  #open(): Promise<void> {
    const { tslab, directory, notebook, displayPath, setup } = this.#options;
    return new Promise((resolve, reject) => {
      this.#pending = { cell: opening, resolve: () => resolve(), reject };
      this.#process.once('error', (cause) =>
        reject(
          notebookKernelFailed(`the kernel for "${displayPath}" could not be started: ${cause.message}`, {
            cause,
          }),
        ),
      );
      createInterface({ input: this.#channel }).on('line', (line) =>
        this.#take(JSON.parse(line) as FromKernel),
      );
      this.#tell({ type: 'open', tslab, directory, notebook, ...(setup === undefined ? {} : { setup }) });
    });
  }

  #take(message: FromKernel): void {
    if (message.type === 'call') this.#answer(message.name, message.payload);
    else if (message.type === 'ready') this.#settle((pending) => pending.resolve(undefined));
    else if (message.type === 'refused')
      this.#settle((pending) => pending.reject(reviveError(message.error)));
    else if (message.type === 'done') this.#settle((pending) => pending.resolve(message.error));
    else this.#options.onEvent(message);
  }

  /** At once where it can be: each turn of the event loop that a log call waits for shows. */
  #answer(name: string, payload: string): void {
    const send = (answer: CallAnswer): void => {
      if (!this.#channel.destroyed) this.#channel.write(`${encodeCall(answer)}\n`);
    };
    const fail = (error: unknown): void => send({ error: errorRecord(error) });
    try {
      const value = this.#options.onCall?.(name, decodeCall(payload) as readonly unknown[]);
      if (value instanceof Promise) value.then((settled: unknown) => send({ value: settled })).catch(fail);
      else send({ value });
    } catch (error) {
      fail(error);
    }
  }

  #settle(tell: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) tell(pending);
  }

  /** Resolves when the process has ended and everything it said was read. */
  async #watchEnd(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#process.once('close', () => resolve());
      this.#process.once('error', () => resolve());
      // a daemon that left the group may keep the streams open
      this.#process.once('exit', () => setTimeout(resolve, drainMs).unref());
    });
    this.#fail();
  }

  #fail(): void {
    this.#settle(({ cell, reject }) => {
      const { exitCode, signalCode } = this.#process;
      const how = signalCode ? `was killed by ${signalCode}` : `ended with exit code ${exitCode}`;
      const { displayPath: notebook } = this.#options;
      if (cell === opening) {
        reject(notebookKernelFailed(`the kernel for "${notebook}" ${how} before it took a cell`));
        return;
      }
      const hint = this.#closing
        ? undefined
        : signalCode
          ? 'the machine may have run out of memory, or native code crashed'
          : 'a cell must not call process.exit; throw an error to fail the notebook';
      reject(
        notebookKernelEnded(`the kernel of "${notebook}" ${how} while cell ${cell} ran`, {
          hint,
          location: { notebook, cell },
        }),
      );
    });
  }

  /** Resolves when the running cell has ended, or the time is over. */
  #idle(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      const running = this.#pending;
      if (!running) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#pending = {
        cell: running.cell,
        resolve: (error) => {
          running.resolve(error);
          done();
        },
        reject: (error) => {
          running.reject(error);
          done();
        },
      };
    });
  }
}
