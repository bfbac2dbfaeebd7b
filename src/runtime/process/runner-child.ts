import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import type { FromRunner, ToRunner } from '../runner/messages.ts';
import type { LogChunk } from '../runtime.ts';
import { guardGroup, releaseGroup } from './orphan-guard.ts';
import {
  type KnownProcesses,
  killGroup,
  signalGroup,
  signalProcess,
  strayDescendants,
} from './process-group.ts';

export interface RunnerChildOptions {
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes for V8's heap. */
  readonly memory?: number;
}

/** How the process ended. */
export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly spawnError?: Error;
  /** Something of the group could not be killed. */
  readonly survivors: boolean;
}

/** Streams may be kept open by a daemon that left the group: they are not waited for longer than this. */
const drainMs = 500;

/**
 * A runner process in a group (and session) of its own, as its submitter holds it. Job and secrets go through a private
 * channel; nothing of them is in its arguments.
 */
export class RunnerChild {
  /** Resolves when the process, and everything left of its group, has ended and its output has been read. */
  readonly exited: Promise<ChildExit>;
  onMessage: (message: FromRunner) => void = () => undefined;
  /** Called as soon as the process itself has ended. */
  onExit: () => void = () => undefined;
  onOutput: (stream: LogChunk['stream'], data: Buffer) => void = () => undefined;
  readonly #process: ChildProcess;
  #strays: KnownProcesses = new Map();

  constructor(options: RunnerChildOptions) {
    const { memory } = options;
    const limit =
      memory === undefined ? [] : [`--max-old-space-size=${Math.max(1, Math.floor(memory / 2 ** 20))}`];
    this.#process = spawn(process.execPath, [...limit, path.join(packageRoot(), 'dist', 'runner.mjs')], {
      cwd: options.workingDirectory,
      env: options.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#process.on('message', (message) => this.onMessage(message as FromRunner));
    for (const stream of ['stdout', 'stderr'] as const)
      this.#process[stream]?.on('data', (data: Buffer) => this.onOutput(stream, data));
    this.exited = this.#watchExit();
    this.guard();
  }

  /** What becomes of the process should this one be killed: it gets that many milliseconds to end by itself. */
  guard(graceMs?: number): void {
    if (this.pid !== undefined) guardGroup(this.pid, graceMs);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether the channel is open. A message to a process that is about to end is lost: its exit tells. */
  send(message: ToRunner): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Asks every process of the group, and daemons that left it, to end; `message` tells the runner why. */
  terminate(message: ToRunner): void {
    // first of all: daemons can be told by their parents only until the runner ends
    if (this.pid !== undefined) this.#noteStrays(this.pid);
    this.send(message);
    if (this.pid === undefined) return;
    signalGroup(this.pid, 'SIGTERM');
    for (const pid of this.#strays.keys()) signalProcess(pid, 'SIGTERM');
  }

  /** Ends the whole group by force, daemons that left it included. */
  kill(): void {
    if (this.pid === undefined) return;
    this.#noteStrays(this.pid);
    signalGroup(this.pid, 'SIGKILL');
  }

  /** Closes the channel: an idle runner ends. */
  disconnect(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  /** An idle process must not keep the submitter's alive. */
  unref(): void {
    this.#setRef('unref');
  }

  ref(): void {
    this.#setRef('ref');
  }

  #setRef(action: 'ref' | 'unref'): void {
    this.#process[action]();
    this.#process.channel?.[action]();
    for (const stream of [this.#process.stdout, this.#process.stderr])
      (stream as { ref?: () => void; unref?: () => void } | null)?.[action]?.();
  }

  async #watchExit(): Promise<ChildExit> {
    const exit = await new Promise<Omit<ChildExit, 'survivors'>>((resolve) => {
      this.#process.once('error', (spawnError) => {
        if (this.pid === undefined) resolve({ exitCode: null, signal: null, spawnError });
      });
      this.#process.once('exit', (exitCode, signal) => {
        this.onExit();
        resolve({ exitCode, signal });
      });
    });
    if (this.pid !== undefined) releaseGroup(this.pid);
    const gone = this.pid === undefined || (await killGroup(this.pid, this.#strays));
    await Promise.all([this.#drained('stdout'), this.#drained('stderr')]);
    return { ...exit, survivors: !gone };
  }

  /** While the process lives, its descendants can be told by their parents. */
  #noteStrays(pid: number): void {
    this.#strays = new Map([...this.#strays, ...strayDescendants(pid)]);
  }

  #drained(name: LogChunk['stream']): Promise<void> {
    const stream = this.#process[name];
    if (!stream || stream.closed || stream.readableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => stream.destroy(), drainMs);
      stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
