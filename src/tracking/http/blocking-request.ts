import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** A request that this thread waits for. */
export interface BlockingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type BlockingAnswer =
  | { readonly status: number; readonly text: string }
  /** No answer came. */
  | { readonly failure: string };

/** Sends requests from a thread of its own while this one stands still: creating a run must say at once that its uid is taken. */
export interface BlockingRequester {
  send(request: BlockingRequest): BlockingAnswer;
  close(): Promise<void>;
}

/** Milliseconds that a server may take. */
const answerMs = 10_000;

// text, because a file of its own would have to be found by every way in which this package can be loaded
const threadSource = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', async ({ request, port, flag }) => {
  const { url, ...init } = request;
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(${answerMs}) });
    port.postMessage({ status: response.status, text: await response.text() });
  } catch (error) {
    port.postMessage({ failure: error.cause?.code ?? error.message });
  }
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
});
`;

export function createBlockingRequester(): BlockingRequester {
  let thread: Worker | undefined;
  return {
    send(request) {
      thread ??= startThread();
      const { port1, port2 } = new MessageChannel();
      const flag = new Int32Array(new SharedArrayBuffer(4));
      thread.postMessage({ request, port: port2, flag }, [port2]);
      Atomics.wait(flag, 0, 0, answerMs * 2);
      const received = receiveMessageOnPort(port1) as { message: BlockingAnswer } | undefined;
      port1.close();
      return received?.message ?? { failure: 'no answer in time' };
    },
    async close() {
      await thread?.terminate();
    },
  };
}

function startThread(): Worker {
  const thread = new Worker(threadSource, { eval: true, execArgv: [] });
  thread.unref();
  return thread;
}
