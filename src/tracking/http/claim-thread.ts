import { Worker } from 'node:worker_threads';
import { globalState } from '../../core/global-state.ts';
import type { BlockingRequest } from './blocking-request.ts';

/** Keeps asking for something from a thread of its own, whatever keeps this one busy. */
export interface KeptRequest {
  /** Resolves when nothing more is on its way. */
  stop(): Promise<void>;
}

/** Milliseconds that a server may take. */
const answerMs = 10_000;

// text, because a file of its own would have to be found by every way in which this package can be loaded
const threadSource = `
const { parentPort } = require('node:worker_threads');
const kept = new Map();
parentPort.on('message', ({ id, request, everyMs }) => {
  if (request === undefined) {
    const { timer, state } = kept.get(id);
    kept.delete(id);
    clearInterval(timer);
    state.sent.then(() => parentPort.postMessage(id));
    return;
  }
  const { url, ...init } = request;
  const state = { sent: Promise.resolve() };
  const send = () => {
    state.sent = state.sent.then(() => fetch(url, { ...init, signal: AbortSignal.timeout(${answerMs}) }))
      // where the server is away the lease may end
      .then((response) => response.arrayBuffer()).catch(() => undefined);
  };
  kept.set(id, { timer: setInterval(send, everyMs), state });
});
`;

/** One thread for all claims of a process: a step lasts less than a thread takes to start. */
class ClaimThread {
  readonly #stopping = new Map<number, () => void>();
  #thread: Worker | undefined;
  #last = 0;

  keep(request: BlockingRequest, everyMs: number): KeptRequest {
    const id = ++this.#last;
    const thread = this.#running();
    thread.postMessage({ id, request, everyMs });
    return { stop: () => this.#stop(thread, id) };
  }

  #running(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Worker(threadSource, { eval: true, execArgv: [] });
    thread.unref();
    thread.on('message', (id: number) => this.#settle(thread, id));
    // a claim that nobody keeps ends by itself
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
      for (const resolve of this.#stopping.values()) resolve();
      this.#stopping.clear();
    });
    this.#thread = thread;
    return thread;
  }

  async #stop(thread: Worker, id: number): Promise<void> {
    if (thread !== this.#thread) return;
    thread.ref();
    await new Promise<void>((resolve) => {
      this.#stopping.set(id, resolve);
      thread.postMessage({ id });
    });
  }

  #settle(thread: Worker, id: number): void {
    this.#stopping.get(id)?.();
    this.#stopping.delete(id);
    if (this.#stopping.size === 0) thread.unref();
  }
}

/** Sends a request every so many milliseconds, until stopped or until this process ends. */
export function keepAsking(request: BlockingRequest, everyMs: number): KeptRequest {
  return globalState('claim-thread', () => new ClaimThread()).keep(request, everyMs);
}
